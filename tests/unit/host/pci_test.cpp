// SPDX-License-Identifier: LGPL-2.1-or-later
// sysfs played by files.
#include "agent/host/pci.h"

#include "agent/host/read_text.h"
#include "tests/unit/host/temp_tree.h"

#include <system_error>

namespace vmwarden::host {
namespace {

class Pci : public testing::Test {
  protected:
    Pci() {
        for (const char* each : {"bus", "bus/pci", "bus/pci/devices", "bus/pci/drivers",
                                 "bus/pci/drivers/e1000", "bus/mdev", "bus/mdev/devices"})
            tree_.directory(each);
        device("0000:06:02.0", "0x8086", "0x100e", 0x80);
        tree_.link("bus/pci/devices/0000:06:02.0/driver", "../../drivers/e1000");
        tree_.link("bus/pci/devices/0000:06:02.0/iommu_group", "../../../kernel/iommu_groups/5");
        tree_.file("bus/pci/drivers/e1000/unbind");
        tree_.file("bus/pci/drivers/e1000/bind");
    }
    void device(const std::string& address, const char* vendor, const char* id,
                unsigned char header) const {
        const auto at = "bus/pci/devices/" + address;
        tree_.directory(at);
        tree_.file(at + "/vendor", std::string(vendor) + "\n");
        tree_.file(at + "/device", std::string(id) + "\n");
        tree_.file(at + "/class", "0x060400\n");
        tree_.file(at + "/config", std::string(14, 'x') + static_cast<char>(header) + "more");
        tree_.file(at + "/driver_override", "(null)\n");
    }
    [[nodiscard]] std::string text(const std::string& name) const {
        return read_text(tree_.path(name)).value_or("nothing");
    }
    test::TempTree tree_;
};

TEST_F(Pci, devices_as_sysfs_shows_them) {
    device("0001:00:1c.0", "0x1af4", "0x0001", 0x01);
    tree_.directory("bus/pci/devices/gone");
    const auto found = vfio_devices(tree_.path());
    ASSERT_EQ(found.pci.size(), 2U);
    EXPECT_EQ(found.pci.at("0000:06:02.0"), (PciFact{0x8086, 0x100e, 0x060400, 0, "e1000", 5}));
    EXPECT_EQ(found.pci.at("0001:00:1c.0"), (PciFact{0x1af4, 1, 0x060400, 1, "", {}}));
    EXPECT_FALSE(found.driver);
    tree_.directory("bus/pci/drivers/vfio-pci");
    EXPECT_TRUE(vfio_devices(tree_.path()).driver);
}

TEST_F(Pci, mediated_devices_by_name) {
    const std::string name = "c2177883-f1bb-47f0-914d-32a22e3a8804";
    tree_.directory("bus/mdev/devices/" + name);
    tree_.link("bus/mdev/devices/" + name + "/iommu_group", "../../iommu_groups/31");
    tree_.directory("bus/mdev/devices/other");
    const auto found = vfio_devices(tree_.path()).mdev;
    ASSERT_EQ(found.size(), 1U);
    EXPECT_EQ(found.begin()->first.text(), name);
    EXPECT_EQ(found.begin()->second, 31U);
    EXPECT_EQ(vfio_view(false, name, tree_.path()).group, 31U);
}

TEST_F(Pci, a_host_without_these_buses_has_none) {
    EXPECT_EQ(vfio_devices(tree_.path("bus/mdev")), VfioFact());
}

TEST_F(Pci, a_running_guests_device) {
    EXPECT_EQ(vfio_view(true, "0000:06:02.0", tree_.path()), (HostDeviceView{"e1000", 5}));
    EXPECT_EQ(vfio_view(true, "0000:06:03.0", tree_.path()), HostDeviceView());
}

TEST_F(Pci, drivers_are_told_by_what_is_written) {
    const auto drivers = pci_drivers(tree_.path());
    EXPECT_EQ(drivers->look("0000:06:02.0"), (DriverBinding{"e1000", ""}));
    EXPECT_FALSE(drivers->look("0000:06:03.0"));
    drivers->set_override("0000:06:02.0", "vfio-pci");
    EXPECT_EQ(drivers->look("0000:06:02.0"), (DriverBinding{"e1000", "vfio-pci"}));
    drivers->unbind("0000:06:02.0", "e1000");
    EXPECT_EQ(text("bus/pci/drivers/e1000/unbind"), "0000:06:02.0");
    drivers->bind("0000:06:02.0", "e1000");
    EXPECT_EQ(text("bus/pci/drivers/e1000/bind"), "0000:06:02.0");
    EXPECT_THROW(drivers->bind("0000:06:02.0", "vfio-pci"), std::system_error);
}

} // namespace
} // namespace vmwarden::host
