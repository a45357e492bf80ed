// SPDX-License-Identifier: LGPL-2.1-or-later
// What the golden plans (tests/golden) do not say as plainly.
#include "tests/unit/resolve/inputs.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace vmwarden {
namespace {

using tests::disk_path;
using tests::good_inputs;

std::vector<std::string> steps(const std::vector<Refusal>& refusals) {
    std::vector<std::string> out;
    for (const auto& refusal : refusals)
        out.push_back(refusal.step);
    return out;
}

using Steps = std::vector<std::string>;

TEST(Resolve, AsksForEveryPathOnceAndSorted) {
    const auto in = good_inputs();
    const auto files = facts_needed(in.policy, in.definition).files;
    EXPECT_TRUE(std::is_sorted(files.begin(), files.end()));
    EXPECT_EQ(std::adjacent_find(files.begin(), files.end()), files.end());
    for (const char* path : {disk_path, "/dev/kvm", "/dev/null", "/usr/bin/qemu-system-x86_64"})
        EXPECT_TRUE(std::binary_search(files.begin(), files.end(), path)) << path;
}

TEST(Resolve, WithoutAnArchitectureAsksForAllEmulators) {
    auto in = good_inputs();
    in.definition.emulator.clear();
    in.definition.os.arch.clear();
    const auto files = facts_needed(in.policy, in.definition).files;
    for (const char* path :
         {"/usr/bin/qemu-system-x86_64", "/usr/bin/qemu-system-mipsel", "/usr/bin/qemu"})
        EXPECT_TRUE(std::binary_search(files.begin(), files.end(), path)) << path;
    EXPECT_EQ(in.plan().process.executable, "/usr/bin/qemu-system-x86_64");
}

TEST(Resolve, IsAFunction) {
    const auto in = good_inputs();
    EXPECT_EQ(in.resolve(), in.resolve());
}

TEST(Resolve, GivesEveryRefusalAtOnce) {
    auto in = good_inputs();
    in.facts.identity.reset();
    in.facts.shim_account.reset();
    in.facts.files.clear();
    in.policy.security_driver.value = SecurityDriver::selinux;
    in.definition.type = DomainType::kvm;
    EXPECT_EQ(steps(in.refusals()),
              (Steps{"identity", "identity", "emulator", "kvm", "selinux", "disk vda"}));
}

TEST(Resolve, AFileThatWasNotLookedAtIsRefused) {
    auto in = good_inputs();
    in.facts.files.erase(disk_path);
    ASSERT_EQ(steps(in.refusals()), Steps{"disk vda"});
    EXPECT_NE(in.refusals()[0].diagnostic.message.find("not looked at"), std::string::npos);
}

TEST(Resolve, ARefusalWithoutAPlaceOfItsOwnStandsAtTheGuest) {
    auto in = good_inputs();
    in.facts.shim_account.reset();
    EXPECT_EQ(in.refusals().at(0).diagnostic.place, in.definition.place);
}

TEST(Resolve, TheShimIsNeverRoot) {
    auto in = good_inputs();
    in.facts.shim_account = Owner{};
    EXPECT_EQ(steps(in.refusals()), Steps{"identity"});
}

TEST(Resolve, NothingOfTheAgentsEnvironmentIsPassedOn) {
    EXPECT_EQ(good_inputs().plan().process.environment,
              (std::vector<std::string>{"LC_ALL=C", "PATH=/usr/bin:/bin", "HOME=/", "USER=qemu",
                                        "LOGNAME=qemu"}));
}

struct Access {
    unsigned mode;
    Owner owner;
    bool readonly;
    std::optional<Owner> wanted; // none: refused
};

TEST(Resolve, ChangesAsLittleOfAnOwnerAsWillDo) {
    const Owner stranger{Uid{1000}, Gid{1000}};
    const Owner guest{Uid{500}, Gid{501}};
    const std::vector<Access> list{
        {0600, stranger, false, guest},
        {0660, stranger, false, guest}, // the group would do as well; the guest is to be alone
        {0440, stranger, false, std::nullopt},
        {0600, stranger, true, guest},
        {0640, stranger, true, Owner{Uid{1000}, Gid{501}}},
        {0040, stranger, true, Owner{Uid{1000}, Gid{501}}},
        {0200, stranger, true, std::nullopt},
        // Its own file: the owner's bits decide, whatever the group may.
        {0040, {Uid{500}, Gid{1000}}, true, std::nullopt},
        {0400, guest, false, std::nullopt},
    };
    for (std::size_t i = 0; i < list.size(); ++i) {
        auto in = good_inputs();
        in.definition.disks[0].readonly = list[i].readonly;
        in.facts.files[disk_path] = tests::regular_file(disk_path, 3, list[i].owner, list[i].mode);
        if (!list[i].wanted) {
            EXPECT_EQ(steps(in.refusals()), Steps{"disk vda"}) << i;
        } else {
            EXPECT_EQ(in.plan().files.at(0).owner, list[i].wanted) << i;
        }
    }
}

TEST(Resolve, WhatTheGuestCanReachKeepsItsOwner) {
    auto in = good_inputs();
    auto& fact = in.facts.files[disk_path];
    fact.guest_can_read = fact.guest_can_write = true;
    EXPECT_EQ(in.plan().files.at(0).owner, std::nullopt);
    fact.guest_can_write = false; // reading is not enough for a disk
    EXPECT_NE(in.plan().files.at(0).owner, std::nullopt);
    in.definition.disks[0].readonly = true;
    EXPECT_EQ(in.plan().files.at(0).owner, std::nullopt);
}

TEST(Resolve, TheFirstBlockingDirectoryIsNamedQuoted) {
    auto in = good_inputs();
    in.facts.files[disk_path].parents = {
        {"/", true}, {"/my images", false}, {"/my images/b", false}};
    const auto refusals = in.refusals();
    ASSERT_EQ(refusals.size(), 1U);
    EXPECT_EQ(refusals[0].diagnostic.hint, "run: chmod o+x '/my images'");
}

TEST(Resolve, OnlyAnExplicitPolicyGoesWithoutTheDeviceFilter) {
    auto in = good_inputs();
    in.policy.cgroup_controllers.value.clear();
    EXPECT_TRUE(in.plan().scope.device_filter); // a default without `devices` would be our mistake
    in.policy.cgroup_controllers.origin = {Origin::Kind::policy, {"a.yaml", 3, 1}};
    EXPECT_FALSE(in.plan().scope.device_filter);
    EXPECT_TRUE(in.plan().scope.devices.empty());
}

TEST(Resolve, ANodeOnTheListThatIsNoDeviceGivesNoRule) {
    auto in = good_inputs();
    in.facts.files["/dev/null"].type = FileType::regular;
    for (const auto& rule : in.plan().scope.devices)
        EXPECT_NE(rule.node, "/dev/null");
}

TEST(Resolve, ALongNameThatMakesNoUnitNameIsRefused) {
    auto in = good_inputs();
    in.definition.name = "a" + std::string(63, '+');
    EXPECT_EQ(steps(in.refusals()), Steps{"scope"});
}

TEST(Resolve, TheUuidStaysPerHostAndName) {
    auto in = good_inputs();
    const auto uuid = in.plan().uuid;
    EXPECT_EQ(in.plan().uuid, uuid);
    EXPECT_EQ(uuid.text().at(14), '8'); // RFC 9562 version 8, variant 10
    EXPECT_NE(std::string("89ab").find(uuid.text().at(19)), std::string::npos);
    in.definition.name = "hellp";
    EXPECT_NE(in.plan().uuid, uuid);
    in.definition.name = "hello";
    in.facts.host_uuid.bytes[0] = 1;
    EXPECT_NE(in.plan().uuid, uuid);
    in.definition.uuid = Uuid{};
    EXPECT_EQ(in.plan().uuid, Uuid{});
}

TEST(Resolve, LogsKeepTheOrderOfTheDefinition) {
    auto in = good_inputs();
    for (const char* path : {"/log/a", "/log/b"}) {
        CharacterDevice log;
        log.source = CharacterSource::file;
        log.path = path;
        log.port = static_cast<unsigned>(in.definition.characters.size());
        in.definition.characters.push_back(log);
        in.facts.files[path] = FileFact{};
    }
    in.definition.characters[1].append = true;
    const auto fds = in.plan().process.fds;
    ASSERT_EQ(fds.size(), 4U);
    using Kind = plan::InheritedFd::Kind;
    EXPECT_EQ(fds[2], (plan::InheritedFd{Kind::log_file, 12, "/log/a", true}));
    EXPECT_EQ(fds[3], (plan::InheritedFd{Kind::log_file, 13, "/log/b", false}));
}

TEST(Resolve, AWordThatTheKernelWouldRefuseIsRefused) {
    auto in = good_inputs();
    in.definition.title = std::string(200'000, 'x');
    EXPECT_NO_THROW((void)in.plan()); // not part of the command line
    in.definition.disks[0].source = "/" + std::string(200'000, 'x');
    in.facts.files[in.definition.disks[0].source] =
        tests::regular_file(in.definition.disks[0].source, 3, {}, 0600);
    EXPECT_EQ(steps(in.refusals()), Steps{"command line"});
}

TEST(Resolve, ALogBehindALinkIsRefused) {
    auto in = good_inputs();
    CharacterDevice log;
    log.source = CharacterSource::file;
    log.path = "/log/a";
    in.definition.characters = {log};
    in.facts.files["/log/a"] = tests::regular_file("/etc/shadow", 9, {}, 0640);
    EXPECT_EQ(steps(in.refusals()), Steps{"log 0"});
}

} // namespace
} // namespace vmwarden
