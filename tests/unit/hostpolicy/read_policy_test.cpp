// SPDX-License-Identifier: LGPL-2.1-or-later
#include "src/hostpolicy/read_policy.h"

#include <gtest/gtest.h>

namespace vmwarden {
namespace {

Origin policy_line(const std::string& file, unsigned line, unsigned column) {
    return {Origin::Kind::policy, {file, line, column}};
}

HostPolicy read_one(const std::string& text) {
    const PolicyFile file{"a.yaml", text};
    auto read = read_policy({&file, 1});
    EXPECT_EQ(render(read.diagnostics, std::span(&file, 1)), "");
    return read.policy.value_or(HostPolicy{});
}

std::vector<std::string> values(const Setting<std::vector<Setting<std::string>>>& list) {
    std::vector<std::string> out;
    for (const auto& item : list.value)
        out.push_back(item.value);
    return out;
}

TEST(ReadPolicy, NoFilesIsTheBuiltInPolicy) {
    const auto read = read_policy({});
    EXPECT_EQ(read.policy, built_in_policy());
    EXPECT_TRUE(read.diagnostics.empty());
}

TEST(ReadPolicy, EveryKeyArrivesWithItsLine) {
    const auto policy = read_one("version: 1\n"
                                 "user: \"+64055\"\n"
                                 "group: kvm\n"
                                 "dynamic_ownership: false\n"
                                 "security_driver: none\n"
                                 "security_model: basic\n"
                                 "cgroup_device_acl: [/dev/null, \"/dev/net/tun\"]\n"
                                 "cgroup_controllers: [pids, io]\n"
                                 "seccomp_sandbox: false\n"
                                 "slice: guests-web.slice\n"
                                 "emulators:\n"
                                 "  - /opt/qemu/bin/qemu-system-[ax]*\n");
    EXPECT_EQ(policy.version.value, 1U);
    EXPECT_EQ(policy.version.origin, policy_line("a.yaml", 1, 1));
    EXPECT_EQ(policy.user.value, Account(AccountId{64055}));
    EXPECT_EQ(policy.user.origin, policy_line("a.yaml", 2, 1));
    EXPECT_EQ(policy.group.value, Account(AccountName("kvm")));
    EXPECT_EQ(policy.group.origin, policy_line("a.yaml", 3, 1));
    EXPECT_FALSE(policy.dynamic_ownership.value);
    EXPECT_EQ(policy.dynamic_ownership.origin, policy_line("a.yaml", 4, 1));
    EXPECT_EQ(policy.security_driver.value, SecurityDriver::none);
    EXPECT_EQ(policy.security_driver.origin, policy_line("a.yaml", 5, 1));
    EXPECT_EQ(policy.security_model.value, SecurityModel::basic);
    EXPECT_EQ(policy.security_model.origin, policy_line("a.yaml", 6, 1));
    EXPECT_EQ(values(policy.cgroup_device_acl),
              (std::vector<std::string>{"/dev/null", "/dev/net/tun"}));
    EXPECT_EQ(policy.cgroup_device_acl.origin, policy_line("a.yaml", 7, 1));
    ASSERT_EQ(policy.cgroup_controllers.value.size(), 2U);
    EXPECT_EQ(policy.cgroup_controllers.value[0].value, CgroupController::pids);
    EXPECT_EQ(policy.cgroup_controllers.value[1].value, CgroupController::io);
    EXPECT_FALSE(policy.seccomp_sandbox.value);
    EXPECT_EQ(policy.seccomp_sandbox.origin, policy_line("a.yaml", 9, 1));
    EXPECT_EQ(policy.slice.value, "guests-web.slice");
    EXPECT_EQ(policy.slice.origin, policy_line("a.yaml", 10, 1));
    EXPECT_EQ(values(policy.emulators),
              (std::vector<std::string>{"/opt/qemu/bin/qemu-system-[ax]*"}));
    EXPECT_EQ(policy.emulators.origin, policy_line("a.yaml", 11, 1));
}

TEST(ReadPolicy, EveryEntryOfAListKeepsItsPlace) {
    const auto policy = read_one("version: 1\n"
                                 "cgroup_device_acl: [/dev/null,\n"
                                 "                    /dev/kvm]\n"
                                 "emulators:\n"
                                 "- /usr/bin/a\n"
                                 "- \"/usr/bin/b\"\n");
    ASSERT_EQ(policy.cgroup_device_acl.value.size(), 2U);
    EXPECT_EQ(policy.cgroup_device_acl.value[0].origin, policy_line("a.yaml", 2, 21));
    EXPECT_EQ(policy.cgroup_device_acl.value[1].origin, policy_line("a.yaml", 3, 21));
    ASSERT_EQ(policy.emulators.value.size(), 2U);
    EXPECT_EQ(policy.emulators.value[1].origin, policy_line("a.yaml", 6, 3));
}

TEST(ReadPolicy, LaterFilesWinKeyByKeyAndListsReplace) {
    const std::array files = {
        PolicyFile{"10.yaml", "version: 1\nuser: one\ngroup: one\nemulators: [/a, /b]\n"},
        PolicyFile{"60.yaml", "version: 1\nuser: two\nemulators: [/c]\n"}};
    const auto read = read_policy(files);
    ASSERT_TRUE(read.policy);
    EXPECT_EQ(account_text(read.policy->user.value), "two");
    EXPECT_EQ(read.policy->user.origin, policy_line("60.yaml", 2, 1));
    EXPECT_EQ(account_text(read.policy->group.value), "one");
    EXPECT_EQ(read.policy->group.origin, policy_line("10.yaml", 3, 1));
    EXPECT_EQ(values(read.policy->emulators), std::vector<std::string>{"/c"});
    EXPECT_EQ(read.policy->slice, built_in_policy().slice);
}

TEST(ReadPolicy, ErrorsOfAllFilesAreReportedAndThereIsNoPolicy) {
    const std::array files = {PolicyFile{"10.yaml", "version: 1\nusr: one\n"},
                              PolicyFile{"20.yaml", "version: 1\nuser: fine\n"},
                              PolicyFile{"60.yaml", "user: two\n"}};
    const auto read = read_policy(files);
    EXPECT_FALSE(read.policy);
    EXPECT_EQ(render(read.diagnostics, files),
              "10.yaml:2:1: error: unknown key 'usr'; did you mean 'user'?\n"
              "  usr: one\n"
              "  ^~~\n"
              "60.yaml:1:1: error: no version is given; begin the file with 'version: 1'\n"
              "  user: two\n"
              "  ^\n");
}

TEST(ReadPolicy, WarningsLeaveThePolicyInForce) {
    const PolicyFile file{"a.yaml", "version: 1\nemulators: [/a, /b, /a]\n"};
    const auto read = read_policy({&file, 1});
    ASSERT_TRUE(read.policy);
    EXPECT_EQ(read.diagnostics.list().size(), 1U);
    EXPECT_EQ(read.diagnostics.list()[0].severity, Severity::warning);
}

TEST(ReadPolicy, EmptyListsAreLists) {
    const auto policy = read_one("version: 1\ncgroup_device_acl: []\ncgroup_controllers: []\n");
    EXPECT_TRUE(policy.cgroup_device_acl.value.empty());
    EXPECT_TRUE(policy.cgroup_controllers.value.empty());
}

TEST(ReadPolicy, WordsAreTakenByTheKeyNotByTheirLook) {
    // PyYAML and yaml-cpp's conversions would make these a bool, a bool and a float.
    EXPECT_EQ(account_text(read_one("version: 1\nuser: no\n").user.value), "no");
    EXPECT_EQ(account_text(read_one("version: 1\nuser: 'true'\n").user.value), "true");
    EXPECT_EQ(account_text(read_one("version: 1\nuser: \"null\"\n").user.value), "null");
}

TEST(ReadPolicy, QuotedWordsAndKeysAreWordsAndKeys) {
    const auto policy = read_one("\"version\": 1\n'security_driver': \"none\"\n");
    EXPECT_EQ(policy.security_driver.value, SecurityDriver::none);
}

TEST(ReadPolicy, AMarkedDocumentAndJsonAreFine) {
    EXPECT_EQ(account_text(read_one("---\nversion: 1\nuser: a\n...\n").user.value), "a");
    EXPECT_EQ(account_text(read_one("{\"version\": 1, \"user\": \"a\"}").user.value), "a");
}

TEST(ReadPolicy, CommentsMayHoldTabsAndForeignLetters) {
    EXPECT_EQ(
        account_text(
            read_one("# a\ttab, ein Schl\xc3\xbcssel\nversion: 1 #\t1\nuser: a # b\n").user.value),
        "a");
}

TEST(ReadPolicy, KeysForOtherToolsAreLeftAlone) {
    const auto policy = read_one("version: 1\nx-ansible: {role: kvm, hosts: [a, b]}\n");
    EXPECT_EQ(policy.user, built_in_policy().user);
}

TEST(ReadPolicy, KeysForOtherToolsAreStillOurYaml) {
    const PolicyFile file{"a.yaml", "version: 1\nx-tool: &a b\n"};
    EXPECT_FALSE(read_policy({&file, 1}).policy);
}

TEST(ReadPolicy, LastLineNeedsNoEnd) {
    EXPECT_EQ(account_text(read_one("version: 1\nuser: a").user.value), "a");
}

TEST(ReadPolicy, CodesAreStable) {
    const PolicyFile file{"a.yaml", "version: 2\nusr: x\nuser:\ngroup: &a b\nslice: [\n"};
    const auto read = read_policy({&file, 1});
    std::vector<std::string> codes;
    for (const auto& found : read.diagnostics.list())
        codes.push_back(found.code);
    EXPECT_EQ(codes, (std::vector<std::string>{"P0043", "P0040", "P0031", "P0020", "P0011"}));
}

} // namespace
} // namespace vmwarden
