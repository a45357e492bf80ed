// SPDX-License-Identifier: LGPL-2.1-or-later
#include "src/hostpolicy/host_check.h"

#include "src/hostpolicy/directories.h"
#include "src/hostpolicy/read_policy.h"

#include <gtest/gtest.h>

namespace vmwarden {
namespace {

using Names = std::set<std::string>;
using Kind = PathAnswer::Kind;

constexpr const char* vendor_name = "/usr/lib/vmwarden/policy.d/10-vendor.yaml";
constexpr const char* site_name = "/etc/vmwarden/policy.d/60-site.yaml";

HostPolicy policy_of(const std::string& body, const std::string& name = site_name) {
    const PolicyFile file{name, "version: 1\n" + body};
    auto read = read_policy({&file, 1});
    EXPECT_TRUE(read.policy.has_value()) << render(read.diagnostics, {&file, 1});
    return read.policy.value_or(HostPolicy());
}

// A host that has everything that can be asked for.
HostAnswers everything_of(const HostPolicy& policy) {
    HostAnswers answers;
    for (const auto& path : questions_about(policy).paths)
        answers.paths[path] = {Kind::device, path, {}};
    answers.selinux = true;
    answers.controllers = Names{"cpu", "cpuset", "io", "memory", "pids"};
    return answers;
}

// "line:column+length code: message" of each.
std::string warnings(const HostPolicy& policy, const HostAnswers& answers) {
    std::string out;
    const auto all = check_against_host(policy, answers);
    for (const auto& found : all.list()) {
        EXPECT_EQ(found.severity, Severity::warning);
        EXPECT_NE(found.hint, "") << found.message;
        out += std::to_string(found.place.line) + ":" + std::to_string(found.place.column) + "+" +
               std::to_string(found.length) + " " + found.code + ": " + found.message + "\n";
    }
    return out;
}

TEST(HostQuestions, AskForWhatFilesName) {
    const auto policy = policy_of("user: web\ngroup: \"+5\"\ncgroup_device_acl+: [/dev/a]\n"
                                  "emulators: [/opt/q*]\ndisks: {allow: [/srv], deny: [/srv/x]}\n");
    EXPECT_EQ(
        questions_about(policy),
        (HostQuestions{Names{"web"}, {}, Names{"/opt/q*"}, Names{"/dev/a", "/srv", "/srv/x"}}));
}

TEST(HostQuestions, AskForWhatRulesSetAndAdd) {
    const auto policy =
        policy_of("rules:\n"
                  "  - set: {user: web, group: www, cgroup_device_acl+: [/dev/a], \n"
                  "          cgroup_device_acl-: [/dev/b], disks: {deny+: [/srv/x]}}\n");
    const auto questions = questions_about(policy);
    EXPECT_EQ(questions.users, Names{"web"});
    EXPECT_EQ(questions.groups, Names{"www"});
    EXPECT_EQ(questions.paths, (Names{"/dev/a", "/srv/x"}));
}

TEST(HostCheck, AHostThatHasItAllIsFine) {
    const auto policy = policy_of("user: web\nsecurity_driver: selinux\nemulators: [/opt/q*]\n"
                                  "cgroup_controllers: [cpu, io, devices]\ndisks: {deny: [/x]}\n"
                                  "cgroup_device_acl: [/dev/a]\n");
    EXPECT_EQ(warnings(policy, everything_of(policy)), "");
}

TEST(HostCheck, MissingAccounts) {
    const auto policy = policy_of("user: web\ngroup: www\n");
    auto answers = everything_of(policy);
    answers.missing_users["web"] = "no user 'web'";
    answers.missing_groups["www"] = "cannot look up group 'www': Input/output error";
    EXPECT_EQ(warnings(policy, answers),
              "2:1+4 P0080: no user 'web'\n"
              "3:1+5 P0080: cannot look up group 'www': Input/output error\n");
}

TEST(HostCheck, AGroupIsNotAUser) {
    const auto policy = policy_of("user: web\n");
    auto answers = everything_of(policy);
    answers.missing_groups["web"] = "no group 'web'";
    EXPECT_EQ(warnings(policy, answers), "");
}

TEST(HostCheck, MissingSelinux) {
    auto policy = policy_of("security_driver: selinux\n");
    auto answers = everything_of(policy);
    answers.selinux = false;
    EXPECT_EQ(warnings(policy, answers),
              "2:1+15 P0083: this host has no SELinux, and no guest will start\n");
    EXPECT_EQ(warnings(policy_of("security_driver: auto\n"), answers), "");
}

TEST(HostCheck, MissingControllers) {
    const auto policy = policy_of("cgroup_controllers: [cpu, io, devices]\n");
    auto answers = everything_of(policy);
    answers.controllers = Names{"cpu"};
    EXPECT_EQ(warnings(policy, answers), "2:27+2 P0084: this host has no cgroup controller 'io'\n");
    answers.controllers.reset();
    EXPECT_EQ(warnings(policy, answers), "2:1+18 P0084: this host has no unified control groups\n");
}

TEST(HostCheck, MissingNodesAndWhatIsNone) {
    const auto policy = policy_of("cgroup_device_acl: [/dev/a, /dev/b, /dev/c, /dev/d]\n");
    auto answers = everything_of(policy);
    answers.paths.erase("/dev/a");
    answers.paths["/dev/b"] = {Kind::other, "/dev/b", {}};
    answers.paths["/dev/c"] = {Kind::unseen, {}, "Permission denied"};
    answers.paths["/dev/d"] = {Kind::device, "/dev/elsewhere", {}}; // links to nodes are followed
    EXPECT_EQ(warnings(policy, answers),
              "2:21+6 P0082: '/dev/a' is not on this host\n"
              "2:29+6 P0082: '/dev/b' is no device node\n"
              "2:37+6 P0087: '/dev/c' cannot be looked at: Permission denied\n");
}

TEST(HostCheck, MissingEmulators) {
    const auto policy = policy_of("emulators: [/opt/a*, /opt/b]\n");
    auto answers = everything_of(policy);
    answers.missing_emulators = {"/opt/a*"};
    EXPECT_EQ(warnings(policy, answers),
              "2:13+7 P0081: no program on this host matches '/opt/a*'\n");
}

TEST(HostCheck, DiskPlacesThatAreNotThereOrAreLinks) {
    const auto policy = policy_of("disks: {allow: [/a, /b], deny: [/c, /d]}\n");
    auto answers = everything_of(policy);
    answers.paths.erase("/a");
    answers.paths["/c"] = {Kind::other, "/data/c", {}};
    answers.paths["/d"] = {Kind::unseen, {}, "Permission denied"};
    EXPECT_EQ(warnings(policy, answers),
              "2:17+2 P0085: '/a' is not on this host\n"
              "2:33+2 P0086: '/c' leads through a link, and no disk lies behind one\n"
              "2:37+2 P0087: '/d' cannot be looked at: Permission denied\n");
}

TEST(HostCheck, RulesAreComparedToo) {
    const auto policy = policy_of("rules:\n"
                                  "  - set: {user: web, disks: {allow: [/a]}, emulators-: [/q]}\n");
    auto answers = everything_of(policy);
    answers.missing_users["web"] = "no user 'web'";
    answers.missing_emulators = {"/q"};
    answers.paths.clear();
    EXPECT_EQ(warnings(policy, answers),
              "3:11+4 P0080: no user 'web'\n3:38+2 P0085: '/a' is not on this host\n");
}

// A vendor's lists name what any host may have; its accounts are those of this one.
TEST(HostCheck, OfAVendorsFileOnlyWhatGuestsCannotDoWithout) {
    const auto policy =
        policy_of("user: web\ncgroup_device_acl: [/dev/kqemu]\nemulators: [/a, /b]\n"
                  "cgroup_controllers: [io]\ndisks: {deny: [/c]}\n",
                  vendor_name);
    auto answers = everything_of(policy);
    answers.missing_users["web"] = "no user 'web'";
    answers.controllers = Names{};
    answers.paths.clear();
    answers.missing_emulators = {"/a"};
    EXPECT_EQ(warnings(policy, answers), "2:1+4 P0080: no user 'web'\n");
    answers.missing_emulators = {"/a", "/b"};
    EXPECT_EQ(warnings(policy, answers),
              "2:1+4 P0080: no user 'web'\n"
              "4:1+9 P0081: no program on this host matches any of the emulators\n");
}

TEST(HostCheck, WhatNoFileSaysIsNotJudged) {
    const auto policy = policy_of("");
    HostAnswers answers;
    answers.missing_emulators = questions_about(policy).emulators;
    answers.controllers = Names{};
    EXPECT_EQ(questions_about(policy).paths, Names{});
    EXPECT_EQ(warnings(policy, answers), "");
}

TEST(VendorFile, IsKnownByItsDirectory) {
    using hostpolicy::is_vendor_file;
    EXPECT_TRUE(is_vendor_file(vendor_name));
    EXPECT_TRUE(is_vendor_file("/srv/image/usr/lib/vmwarden/policy.d/x.yaml"));
    for (const auto* other :
         {site_name, "x.yaml", "", "/usr/lib/vmwarden/policy.d",
          "/xusr/lib/vmwarden/policy.d/x.yaml", "/usr/lib/vmwarden/policy.d/x/y.yaml"})
        EXPECT_FALSE(is_vendor_file(other)) << other;
}

} // namespace
} // namespace vmwarden
