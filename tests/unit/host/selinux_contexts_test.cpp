// SPDX-License-Identifier: LGPL-2.1-or-later
#include "agent/host/selinux.h"

#include <gtest/gtest.h>

#include <system_error>

namespace vmwarden::host::selinux {
namespace {

using Lines = std::vector<std::string>;

TEST(ContextLines, AreTakenInOrder) {
    EXPECT_EQ(context_lines("system_u:object_r:svirt_image_t:s0\n"
                            "system_u:object_r:virt_content_t:s0\n"),
              (Lines{"system_u:object_r:svirt_image_t:s0", "system_u:object_r:virt_content_t:s0"}));
}

TEST(ContextLines, NeedNoFinalNewlineAndMayEndInCarriageReturns) {
    EXPECT_EQ(context_lines(" a:b:c:s0-s0:c0.c1023\r\n\ta:b:c"),
              (Lines{"a:b:c:s0-s0:c0.c1023", "a:b:c"}));
}

TEST(ContextLines, PassOverWhatIsNoContext) {
    EXPECT_EQ(context_lines("\n   \n# user:role:type\nword\na:b\n:b:c\na::c\na:b:\na:b::s0\n"
                            "a:b:c d\na:\x01:c\na:b:c\x7f\n"),
              Lines{});
    EXPECT_EQ(context_lines(std::string_view("a:b:c\0d\n", 8)), Lines{});
    EXPECT_EQ(context_lines(""), Lines{});
}

constexpr std::string_view mountinfo =
    "22 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw,seclabel,errors=remount-ro\n"
    "23 22 0:20 / /proc rw,nosuid - proc proc rw\n"
    "222 22 0:44 / /mnt/seclabel rw - nfs4 host:/seclabel rw,vers=4.2\n"
    "24 22 0:45 / /run rw - tmpfs tmpfs rw,noseclabel,size=1k\n";

TEST(MountTakesLabels, BySuperOptionOfThatMount) {
    EXPECT_TRUE(mount_takes_labels(mountinfo, "22"));
    EXPECT_FALSE(mount_takes_labels(mountinfo, "23"));
}

TEST(MountTakesLabels, NotByNamesThatLookLikeTheOption) {
    EXPECT_FALSE(mount_takes_labels(mountinfo, "222"));
    EXPECT_FALSE(mount_takes_labels(mountinfo, "24"));
}

TEST(MountTakesLabels, NotOfUnknownMounts) {
    EXPECT_FALSE(mount_takes_labels(mountinfo, "2"));
    EXPECT_FALSE(mount_takes_labels(mountinfo, ""));
    EXPECT_FALSE(mount_takes_labels("", "22"));
}

TEST(SetLabel, OnNoDescriptorFails) {
    EXPECT_THROW(set_label(-1, "a:b:c:s0"), std::system_error);
}

} // namespace
} // namespace vmwarden::host::selinux
