// SPDX-License-Identifier: LGPL-2.1-or-later
#include "agent/host/proc_text.h"

#include <gtest/gtest.h>

namespace vmwarden::host {
namespace {

const std::string status = "Name:\tqemu-system-x86\n"
                           "Umask:\t0077\n"
                           "State:\tS (sleeping)\n"
                           "Pid:\t1234\n"
                           "PPid:\t1200\n"
                           "Uid:\t1\t2\t3\t4\n"
                           "Gid:\t5\t6\t7\t4294967294\n"
                           "FDSize:\t64\n"
                           "Groups:\t9 8 107 \n"
                           "NSpid:\t1234\n"
                           "CapInh:\t0000000000000001\n"
                           "CapPrm:\t0000000000000002\n"
                           "CapEff:\t0000000000000004\n"
                           "CapBnd:\t000001ffffffffff\n"
                           "CapAmb:\t0000000000000010\n"
                           "NoNewPrivs:\t1\n"
                           "Seccomp:\t2\n"
                           "Seccomp_filters:\t1\n";

std::string changed(std::string_view from, std::string_view to) {
    std::string text = status;
    const auto at = text.find(from);
    EXPECT_NE(at, std::string::npos) << from;
    return text.replace(at, from.size(), to);
}

TEST(ProcStatus, GivesEveryFieldItsOwnValue) {
    const ProcessStatus expected{
        .uids = {1, 2, 3, 4},
        .gids = {5, 6, 7, 4294967294},
        .groups = {Gid{8}, Gid{9}, Gid{107}},
        .capabilities = {.inheritable = 1,
                         .permitted = 2,
                         .effective = 4,
                         .bounding = 0x1ffffffffff,
                         .ambient = 16},
        .no_new_privs = true,
        .seccomp_mode = 2,
        .seccomp_filters = 1,
        .parent = 1200,
    };
    EXPECT_EQ(parse_status(status), expected);
}

TEST(ProcStatus, KnowsAProcessWithoutGroups) {
    const auto parsed = parse_status(changed("Groups:\t9 8 107 \n", "Groups:\t \n"));
    ASSERT_TRUE(parsed);
    EXPECT_TRUE(parsed->groups.empty());
}

TEST(ProcStatus, IsNotConfinedWithoutSeccompOrNoNewPrivs) {
    EXPECT_EQ(parse_status(changed("Seccomp:\t2\n", ""))->seccomp_mode, 0);
    EXPECT_FALSE(parse_status(changed("NoNewPrivs:\t1", "NoNewPrivs:\t0"))->no_new_privs);
}

TEST(ProcStatus, IsRefusedWhenALineIsMissing) {
    for (const std::string key :
         {"Uid", "Gid", "Groups", "CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb", "NoNewPrivs"})
        EXPECT_FALSE(parse_status(changed("\n" + key + ":", "\nWas" + key + ":"))) << key;
    EXPECT_FALSE(parse_status(""));
}

TEST(ProcStatus, IsRefusedWhenAValueIsNotWhatItShouldBe) {
    EXPECT_FALSE(parse_status(changed("1\t2\t3\t4", "1\t2\t3")));
    EXPECT_FALSE(parse_status(changed("1\t2\t3\t4", "1\t2\t3\t4\t5")));
    EXPECT_FALSE(parse_status(changed("1\t2\t3\t4", "1\t2\t3\t4294967296")));
    EXPECT_FALSE(parse_status(changed("9 8 107", "9 x 107")));
    EXPECT_FALSE(parse_status(changed("000001ffffffffff", "")));
    EXPECT_FALSE(parse_status(changed("000001ffffffffff", "1000001ffffffffff")));
    EXPECT_FALSE(parse_status(changed("000001ffffffffff", "000001fffffffffg")));
    EXPECT_FALSE(parse_status(changed("Seccomp:\t2", "Seccomp:\ttwo")));
}

// The kernel writes newlines of a process' name as "\n": nothing but the name is the process' own.
TEST(ProcStatus, IsNotFooledByANameThatLooksLikeALine) {
    const auto parsed = parse_status(changed("qemu-system-x86", "x\\nUid:\t0\t0\t0\t0"));
    ASSERT_TRUE(parsed);
    EXPECT_EQ(parsed->uids[0], 1U);
}

TEST(ProcCgroup, IsThePathOfTheUnifiedLine) {
    EXPECT_EQ(unified_cgroup("0::/machine.slice/a.scope/emulator\n"),
              "/machine.slice/a.scope/emulator");
    EXPECT_EQ(unified_cgroup("12:cpu:/x\n1:name=systemd:/y\n0::/z\n"), "/z");
    EXPECT_EQ(unified_cgroup("0::/a:b::c\n"), "/a:b::c");
}

TEST(ProcCgroup, IsUnknownWithoutOneOrOutsideOfOurNamespace) {
    EXPECT_EQ(unified_cgroup("1:name=systemd:/y\n"), std::nullopt);
    EXPECT_EQ(unified_cgroup("10::/y\n"), std::nullopt);
    EXPECT_EQ(unified_cgroup("0::/../other\n"), std::nullopt);
    EXPECT_EQ(unified_cgroup("0::/..\n"), std::nullopt);
    EXPECT_EQ(unified_cgroup(""), std::nullopt);
}

TEST(ParentCgroup, IsTheNodeAbove) {
    EXPECT_EQ(parent_cgroup("/machine.slice/a.scope/emulator"), "/machine.slice/a.scope");
    EXPECT_EQ(parent_cgroup("/a.scope"), "/");
    EXPECT_EQ(parent_cgroup("/"), "/");
}

TEST(CgroupLimit, IsANumberOrTheLargest) {
    EXPECT_EQ(cgroup_limit("700\n"), 700U);
    EXPECT_EQ(cgroup_limit("max\n"), std::numeric_limits<std::uint64_t>::max());
    EXPECT_EQ(cgroup_limit("\n"), std::nullopt);
    EXPECT_EQ(cgroup_limit("-1\n"), std::nullopt);
}

TEST(CgroupControllers, AreWholeWords) {
    EXPECT_TRUE(lists_controller("cpuset cpu io memory pids\n", "pids"));
    EXPECT_TRUE(lists_controller("cpuset cpu io memory pids\n", "cpu"));
    EXPECT_FALSE(lists_controller("cpuset hugetlb\n", "cpu"));
    EXPECT_FALSE(lists_controller("\n", "pids"));
}

TEST(Fdinfo, KnowsWhoMayWrite) {
    EXPECT_EQ(fdinfo_writable("pos:\t0\nflags:\t0100000\nmnt_id:\t1\n"), false);
    EXPECT_EQ(fdinfo_writable("pos:\t0\nflags:\t02100001\n"), true);
    EXPECT_EQ(fdinfo_writable("pos:\t0\nflags:\t0104002\n"), true);
    EXPECT_EQ(fdinfo_writable("pos:\t0\n"), std::nullopt);
    EXPECT_EQ(fdinfo_writable("flags:\t09\n"), std::nullopt);
}

TEST(Fdinfo, NamesTheTapDevice) {
    EXPECT_EQ(fdinfo_network("pos:\t0\nflags:\t0104002\nmnt_id:\t1\nino:\t9\niff:\tvnet0\n"),
              "vnet0");
    EXPECT_EQ(fdinfo_network("pos:\t0\nflags:\t0104002\n"), "");
}

TEST(Fdinfo, KnowsThePidfdsProcess) {
    EXPECT_EQ(fdinfo_pid("flags:\t02000002\nPid:\t4711\nNSpid:\t4711\n"), 4711);
    EXPECT_EQ(fdinfo_pid("Pid:\t-1\n"), -1);
    EXPECT_EQ(fdinfo_pid("NSpid:\t4711\n"), std::nullopt);
}

TEST(AttributeLabel, LosesItsTerminator) {
    EXPECT_EQ(attribute_label(std::string_view("a:b:c:s0:c1,c2\0", 15)), "a:b:c:s0:c1,c2");
    EXPECT_EQ(attribute_label("a:b:c\n"), "a:b:c");
    EXPECT_EQ(attribute_label("a:b:c"), "a:b:c");
    EXPECT_EQ(attribute_label(""), "");
}

} // namespace
} // namespace vmwarden::host
