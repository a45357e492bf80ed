// SPDX-License-Identifier: LGPL-2.1-or-later
// Several files over each other: what adds, takes away, locks, and which rules reach a guest.
#include "src/hostpolicy/read_policy.h"

#include <gtest/gtest.h>

namespace vmwarden {
namespace {

using Texts = std::vector<std::string>;

ReadPolicy read(const Texts& bodies) {
    std::vector<PolicyFile> files;
    for (const auto& body : bodies)
        files.push_back({std::to_string(files.size()) + ".yaml", "version: 1\n" + body});
    return read_policy(files);
}

HostPolicy policy_of(const Texts& bodies) {
    auto result = read(bodies);
    EXPECT_TRUE(result.policy.has_value());
    for (const auto& found : result.diagnostics.list())
        ADD_FAILURE() << found.place.text() << ": " << found.message;
    return result.policy.value_or(HostPolicy());
}

template <class Item>
std::vector<Item> values(const Setting<std::vector<Setting<Item>>>& list) {
    std::vector<Item> out;
    for (const auto& item : list.value)
        out.push_back(item.value);
    return out;
}

TEST(Layers, AListIsReplacedAddedToAndTakenFrom) {
    const auto policy = policy_of({"cgroup_device_acl: [/dev/null, /dev/zero]\n",
                                   "cgroup_device_acl+: [/dev/kvm, /dev/zero]\n",
                                   "cgroup_device_acl-: [/dev/null]\n"});
    EXPECT_EQ(values(policy.cgroup_device_acl), (Texts{"/dev/zero", "/dev/kvm"}));
    EXPECT_EQ(policy.cgroup_device_acl.origin.place.file, "2.yaml");
    EXPECT_EQ(policy.cgroup_device_acl.value[0].origin.place.file, "0.yaml");
    EXPECT_EQ(policy.cgroup_device_acl.value[1].origin.place.file, "1.yaml");
}

TEST(Layers, AddAndRemoveInOneFileGoByTheirOrder) {
    const auto policy = policy_of({"emulators: [/usr/bin/a]\nemulators+: [/usr/bin/b]\n"
                                   "emulators-: [/usr/bin/a]\n"});
    EXPECT_EQ(values(policy.emulators), Texts{"/usr/bin/b"});
}

TEST(Layers, ASectionIsMergedKeyByKey) {
    const auto policy = policy_of({"limits: {memory: 4G, vcpus: 2}\n", "limits: {vcpus: 8}\n"});
    EXPECT_EQ(policy.limits_memory.value.count, 4ULL << 30);
    EXPECT_EQ(policy.limits_vcpus.value, 8U);
    EXPECT_EQ(policy.limits_memory.origin.place.text(), "0.yaml:2:10");
}

TEST(Layers, NetworksAddUpAndNoneTakesAway) {
    const auto policy = policy_of({"networks: {lan: {type: user}}\n",
                                   "networks: {default: {type: none}, dmz: {type: user}}\n"});
    ASSERT_EQ(policy.networks.value.size(), 2U);
    EXPECT_EQ(policy.networks.value[0].value.name, "lan");
    EXPECT_EQ(policy.networks.value[1].value.name, "dmz");
}

TEST(Layers, NetworksNameWhatTheHostHas) {
    const auto policy = policy_of({"networks: {lan: {type: bridge, bridge: br0}}\n",
                                   "networks:\n  lan: {type: direct, device: eth0.5}\n"
                                   "  own: {type: tap, device: tap0}\n"});
    ASSERT_EQ(policy.networks.value.size(), 3U);
    EXPECT_EQ(policy.networks.value[1].value, (Network{"lan", NetworkType::direct, "", "eth0.5"}));
    EXPECT_EQ(policy.networks.value[2].value, (Network{"own", NetworkType::tap, "", "tap0"}));
}

TEST(Locks, BindTheFilesAfter) {
    const auto result = read({"lock: [user, limits, rules]\nuser: a\n",
                              "user: b\nlimits: {memory: 1G}\nrules: []\ngroup: b\n"});
    Texts found;
    for (const auto& one : result.diagnostics.list())
        found.push_back(one.place.text() + " " + one.message + "; " + one.hint);
    EXPECT_EQ(found,
              (Texts{"1.yaml:2:1 'user' is locked; by 0.yaml:2:8; change it there",
                     "1.yaml:3:10 'limits.memory' is locked; by 0.yaml:2:14; change it there",
                     "1.yaml:4:1 'rules' is locked; by 0.yaml:2:22; change it there"}));
}

TEST(Locks, HoldForTheKeysThatRulesSetToo) {
    const auto result = read({"lock: [seccomp_sandbox]\n",
                              "rules: [{set: {slice: a.slice, seccomp_sandbox: false}}]\n"});
    ASSERT_EQ(result.diagnostics.list().size(), 1U);
    EXPECT_EQ(result.diagnostics.list()[0].place.text(), "1.yaml:2:32");
}

// Every key of the section, however it is changed and wherever; of no other one.
TEST(Locks, OfASectionBindItsKeys) {
    const auto result =
        read({"lock: [limits, disks]\n", "limits: {vcpus: 1, processes: 2}\n"
                                         "disks: {allow+: [/srv], deny-: [/etc]}\n"
                                         "host_devices: {usb: deny}\n"
                                         "rules: [{set: {limits: {open_files: 9}, user: a}}]\n"});
    Texts found;
    for (const auto& one : result.diagnostics.list())
        found.push_back(one.place.text() + " " + one.message);
    EXPECT_EQ(
        found,
        (Texts{"1.yaml:2:10 'limits.vcpus' is locked", "1.yaml:2:20 'limits.processes' is locked",
               "1.yaml:3:9 'disks.allow' is locked", "1.yaml:3:25 'disks.deny' is locked",
               "1.yaml:5:25 'limits.open_files' is locked"}));
}

TEST(Locks, OfOneKeyLeaveItsSectionFree) {
    const auto result = read({"lock: [disks.deny]\n", "disks: {allow: [/srv], deny: [/x]}\n"});
    ASSERT_EQ(result.diagnostics.list().size(), 1U);
    EXPECT_EQ(result.diagnostics.list()[0].place.text(), "1.yaml:2:24");
}

TEST(Locks, AddUpOverFiles) {
    const auto result = read({"lock: [user]\n", "lock: [group]\n", "user: a\ngroup: b\n"});
    EXPECT_EQ(result.diagnostics.list().size(), 2U);
}

TEST(Locks, LetTheLockingFileItselfSetTheKey) {
    EXPECT_EQ(policy_of({"lock: [slice]\nslice: a.slice\n"}).slice.value, "a.slice");
}

GuestTraits guest(const std::string& name) {
    return {name, Uuid::parse("c7a5fdbd-edaf-9455-926a-d65c16db1809"), Bytes{1ULL << 30},
            "/usr/bin/qemu-system-x86_64"};
}

std::string slice_with(const std::string& match) {
    const auto policy =
        policy_of({"slice: not.slice\nrules: [{match: " + match + ", set: {slice: yes.slice}}]\n"});
    return policy_for(policy, guest("web-1")).slice.value;
}

TEST(Rules, MatchByEachOfTheirWords) {
    for (const char* match :
         {"{}", "{name: \"web-*\"}", "{name: web-1}", "{memory: 1G}", "{memory: \"<=1G\"}",
          "{memory: \"< 2G\"}", "{memory: \">=1024M\"}", "{memory: \">1023M\"}",
          "{uuid: C7A5FDBDEDAF9455926AD65C16DB1809}", "{emulator: \"/usr/bin/*\"}",
          "{name: \"w*\", memory: 1G, emulator: /usr/bin/qemu-system-x86_64}"})
        EXPECT_EQ(slice_with(match), "yes.slice") << match;
    for (const char* match :
         {"{name: web}", "{name: \"WEB-*\"}", "{memory: 2G}", "{memory: \"<1G\"}",
          "{memory: \">1G\"}", "{uuid: c7a5fdbd-edaf-9455-926a-d65c16db1808}",
          "{emulator: \"/usr/*\"}", "{name: \"web-*\", memory: \">1G\"}"})
        EXPECT_EQ(slice_with(match), "not.slice") << match;
}

TEST(Rules, WithoutAUuidOfItsOwnMatchNoUuid) {
    const auto policy = policy_of({"rules: [{match: {uuid: c7a5fdbd-edaf-9455-926a-d65c16db1809}, "
                                   "set: {slice: yes.slice}}]\n"});
    auto without = guest("a");
    without.uuid.reset();
    EXPECT_EQ(policy_for(policy, without).slice.value, "machine.slice");
}

TEST(Rules, GoInOrderAndTellTheirLine) {
    const auto policy = policy_of({"user: qemu\nrules:\n"
                                   "  - set: {user: one, emulators: [/usr/bin/a]}\n"
                                   "  - set: {user: two, emulators+: [/usr/bin/b]}\n",
                                   "rules+:\n  - match: {name: other}\n    set: {user: three}\n"});
    const auto own = policy_for(policy, guest("web-1"));
    EXPECT_EQ(account_text(own.user.value), "two");
    EXPECT_EQ(own.user.origin.place.text(), "0.yaml:5:11");
    EXPECT_EQ(values(own.emulators), (Texts{"/usr/bin/a", "/usr/bin/b"}));
    EXPECT_EQ(account_text(policy_for(policy, guest("other")).user.value), "three");
    EXPECT_EQ(account_text(policy.user.value), "qemu");
}

TEST(Rules, OfALaterFileReplaceAllBefore) {
    const auto policy =
        policy_of({"rules: [{set: {user: one}}]\n", "rules: [{set: {group: two}}]\n"});
    ASSERT_EQ(policy.rules.size(), 1U);
    EXPECT_EQ(policy.rules[0].origin.place.file, "1.yaml");
}

} // namespace
} // namespace vmwarden
