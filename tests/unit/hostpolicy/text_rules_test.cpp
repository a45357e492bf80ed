// SPDX-License-Identifier: LGPL-2.1-or-later
#include "src/hostpolicy/text_rules.h"

#include <gtest/gtest.h>

namespace vmwarden::hostpolicy {
namespace {

TEST(DevicePath, NodesBelowDevAreFine) {
    for (const auto* path : {"/dev/null", "/dev/net/tun", "/dev/disk/by-id/scsi-1:2", "/dev/a b"})
        EXPECT_FALSE(device_path_fault(path)) << path;
}

TEST(DevicePath, OthersAreNot) {
    for (const auto* path :
         {"", "dev/null", "/dev", "/dev/", "/etc/passwd", "/dev/../etc/passwd", "/dev//null",
          "/dev/./null", "/devnull", "/dev/tty*", "/dev/null ", "/dev/null /dev/zero", "/dev/a\tb"})
        EXPECT_TRUE(device_path_fault(path)) << path;
    EXPECT_TRUE(device_path_fault("/dev/" + std::string(5000, 'x')));
    EXPECT_TRUE(device_path_fault(std::string_view("/dev/null\0x", 11)));
}

TEST(DevicePath, HintIsTheShortForm) {
    EXPECT_EQ(device_path_fault("/dev//net/./x/../tun/")->hint, "write '/dev/net/tun'");
    EXPECT_EQ(device_path_fault("/../..")->hint, "write '/'");
}

TEST(SliceName, AsSystemdAcceptsThem) {
    for (const auto* name :
         {"machine.slice", "a-b-c.slice", "-.slice", "a\\x2db.slice", "a.b.slice"})
        EXPECT_FALSE(slice_name_fault(name)) << name;
    EXPECT_FALSE(slice_name_fault(std::string(249, 'a') + ".slice"));
}

TEST(SliceName, AsSystemdRefusesThem) {
    for (const auto* name : {"", ".slice", "machine", "machine.scope", "-a.slice", "a-.slice",
                             "a--b.slice", "a/b.slice", "a b.slice", "a@b.slice", "\xc3\xa4.slice"})
        EXPECT_TRUE(slice_name_fault(name)) << name;
    EXPECT_TRUE(slice_name_fault(std::string(250, 'a') + ".slice"));
}

TEST(EmulatorGlob, PathsAndPatternsAreFine) {
    for (const auto* glob : {"/usr/bin/qemu-system-*", "/opt/*/bin/qemu", "/usr/bin/qemu-[a-z]?",
                             "/usr/bin/[]]", "/usr/bin/[!]a]x", "/qemu"})
        EXPECT_FALSE(emulator_glob_fault(glob)) << glob;
}

TEST(EmulatorGlob, OthersAreNot) {
    for (const auto* glob : {"", "qemu", "usr/bin/qemu", "/", "/usr/bin/", "/usr//bin/qemu",
                             "/usr/bin/../x", "/usr/bin/[a", "/usr/bin/[]", "/usr/bin/\\*"})
        EXPECT_TRUE(emulator_glob_fault(glob)) << glob;
}

TEST(ParseAccount, Names) {
    for (const auto* name : {"qemu", "_x", "libvirt-qemu", "a.b", "host$", "user@example.org", "Q"})
        EXPECT_EQ(parse_account(name), Account(AccountName(name))) << name;
}

TEST(ParseAccount, Ids) {
    EXPECT_EQ(parse_account("+0"), Account(AccountId{0}));
    EXPECT_EQ(parse_account("+4294967294"), Account(AccountId{4294967294U}));
}

TEST(ParseAccount, Neither) {
    for (const auto* text :
         {"", "+", "+-1", "++1", "+01", "+0x1", "+1 ", "+4294967295", "+99999999999999999999",
          "1000", "0", "-a", "a b", "a:b", "a/b", "$", "a$b", "\xc3\xa4"})
        EXPECT_FALSE(parse_account(text)) << text;
    EXPECT_FALSE(parse_account(std::string(256, 'a')));
    EXPECT_FALSE(parse_account(std::string_view("root\0", 5)));
}

TEST(ParseAccount, AnIdForEachGuest) {
    EXPECT_EQ(parse_account("per-guest"), Account(AccountPerGuest{}));
}

TEST(IdRange, TwoNumbers) {
    EXPECT_EQ(parse_id_range("2100000000-2100065535"), (IdRange{2100000000, 2100065535}));
    EXPECT_EQ(parse_id_range("1000-65533"), (IdRange{1000, 65533}));
    EXPECT_EQ(parse_id_range("65536-4294967294"), (IdRange{65536, 4294967294U}));
    EXPECT_EQ(parse_id_range("7000-7000"), (IdRange{7000, 7000}));
}

TEST(IdRange, OthersAreNot) {
    for (const auto* text : {"", "-", "7000", "7000-", "-7000", "7000-6999", "999-7000", "0-0",
                             "60000-65534", "65535-70000", "60000-70000", "07000-8000",
                             "7000-4294967295", "7000 - 8000", "7000-8000-9000", "+7000-8000"})
        EXPECT_FALSE(parse_id_range(text)) << text;
}

TEST(GroupName, IsAName) {
    EXPECT_FALSE(group_name_fault("kvm"));
    for (const auto* text : {"", "+36", "36", "per-guest", "a b"})
        EXPECT_TRUE(group_name_fault(text)) << text;
}

TEST(AccountText, IsReadBack) {
    for (const auto* text : {"qemu", "+64055", "+0", "per-guest"})
        EXPECT_EQ(account_text(*parse_account(text)), text);
}

} // namespace
} // namespace vmwarden::hostpolicy
