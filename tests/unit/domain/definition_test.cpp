// SPDX-License-Identifier: LGPL-2.1-or-later
#include "src/domain/guest_definition.h"
#include "src/domain/readers.h"

#include <gtest/gtest.h>

namespace vmwarden {
namespace {

TEST(GuestName, TakesWhatFilesAndUnitsCanBeCalled) {
    for (const auto* name : {"a", "_x", "+x", "web-1.example_x+y", "0"})
        EXPECT_TRUE(valid_guest_name(name)) << name;
    EXPECT_TRUE(valid_guest_name(std::string(64, 'x')));
}

TEST(GuestName, RefusesTheRest) {
    for (const auto* name : {"", ".", "..", ".x", "-x", "a/b", "a b", "a,b", "a=b", "a\n", "ä"})
        EXPECT_FALSE(valid_guest_name(name)) << name;
    EXPECT_FALSE(valid_guest_name(std::string(65, 'x')));
}

TEST(DriveIndex, CountsLikeLibvirt) {
    EXPECT_EQ(domain::drive_index("hda"), 0U);
    EXPECT_EQ(domain::drive_index("vdz"), 25U);
    EXPECT_EQ(domain::drive_index("sdaa"), 26U);
    EXPECT_EQ(domain::drive_index("sdaaa"), 702U);
    for (const auto* name : {"", "hd", "xda", "hd1", "hda1", "sdaaaa", "HDA"})
        EXPECT_EQ(domain::drive_index(name), std::nullopt) << name;
}

TEST(StripPlaces, LeavesNoneBehind) {
    const SourcePlace place{"x", 1, 1};
    GuestDefinition placed;
    placed.place = placed.name_place = placed.emulator_place = placed.memory_place = place;
    placed.vcpus_place = placed.os.place = placed.os.kernel_place = placed.os.initrd_place = place;
    placed.controllers.resize(1);
    placed.disks.resize(1);
    placed.interfaces.resize(1);
    placed.characters.resize(1);
    placed.graphics.resize(1);
    placed.inputs.resize(1);
    placed.videos.resize(1);
    const auto plain = placed;
    placed.controllers[0].place = placed.disks[0].place = placed.disks[0].source_place = place;
    placed.interfaces[0].place = placed.characters[0].place = placed.graphics[0].place = place;
    placed.inputs[0].place = placed.videos[0].place = place;
    EXPECT_NE(placed, plain);
    EXPECT_EQ(strip_places(placed), strip_places(plain));
    EXPECT_EQ(strip_places(plain).place, SourcePlace{});
}

} // namespace
} // namespace vmwarden
