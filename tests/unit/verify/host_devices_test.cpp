// SPDX-License-Identifier: LGPL-2.1-or-later
#include "src/verify/verify.h"

#include <gtest/gtest.h>

namespace vmwarden {
namespace {

class HostDevices : public testing::Test {
  protected:
    HostDevices() {
        plan_.host_devices = {
            {plan::HostDevice::Kind::pci, "0000:06:02.0", 5, true, true, "hostdev 0", "policy"}};
        plan_.files = {{.path = "/dev/vfio/5",
                        .resolved = "/dev/vfio/5",
                        .device = {244, 0},
                        .is_device = true,
                        .is_character = true}};
        view_.host_devices = {{"vfio-pci", 5}};
        view_.fds = {
            {.number = 20, .target = "/dev/vfio/5", .device = {244, 0}, .is_device = true}};
    }
    [[nodiscard]] bool holds(const std::string& protection = "host device 0000:06:02.0") const {
        for (const auto& row : verify(plan_, view_))
            if (row.protection == protection) return row.holds;
        throw std::logic_error("there is no row " + protection);
    }
    LaunchPlan plan_;
    KernelView view_;
};

TEST_F(HostDevices, are_vfios_in_their_group_and_held) {
    EXPECT_TRUE(holds());
    view_.host_devices[0].driver = "mlx5_vfio_pci";
    EXPECT_TRUE(holds());
}

TEST_F(HostDevices, that_went_back_to_the_host) {
    view_.host_devices[0].driver = "e1000";
    EXPECT_FALSE(holds());
    view_.host_devices.clear();
    EXPECT_FALSE(holds());
}

TEST_F(HostDevices, one_descriptor_each_and_no_more) {
    view_.fds.push_back({.number = 21, .target = "anon_inode:[vfio-device]", .writable = true});
    EXPECT_TRUE(holds("descriptors"));
    view_.fds.push_back({.number = 22, .target = "anon_inode:[vfio-device]", .writable = true});
    EXPECT_FALSE(holds("descriptor 22"));
}

TEST_F(HostDevices, in_another_group_or_not_open) {
    view_.host_devices[0].group = 6;
    EXPECT_FALSE(holds());
    view_.host_devices[0].group = 5;
    view_.fds[0].device = {244, 1};
    EXPECT_FALSE(holds());
}

} // namespace
} // namespace vmwarden
