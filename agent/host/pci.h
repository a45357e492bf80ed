// SPDX-License-Identifier: LGPL-2.1-or-later
// The host's PCI devices and their drivers, and its mediated devices, as sysfs has them.
//
// `sysfs` is where that is mounted. Addresses are whole: "0000:06:02.0".
#pragma once

#include "src/hostfacts/host_facts.h"
#include "src/verify/kernel_view.h"

#include <memory>
#include <optional>
#include <string>

namespace vmwarden::host {

// Nothing on a host without PCI. Throws std::system_error where it cannot be seen.
VfioFact vfio_devices(const std::string& sysfs = "/sys");

// A PCI or mediated device, as a running guest's plan names it.
HostDeviceView vfio_view(bool pci, const std::string& address, const std::string& sysfs = "/sys");

// Which driver has a device, and which one it is to have: driver_override, by which a device takes
// this driver and no other. Both empty: none.
struct DriverBinding {
    std::string driver;
    std::string override_name;
    bool operator==(const DriverBinding&) const = default;
};

// A seam: tests play the kernel. Everything throws std::system_error.
class PciDrivers {
  public:
    virtual ~PciDrivers() = default;
    // None: there is no such device.
    virtual std::optional<DriverBinding> look(const std::string& address) = 0;
    virtual void set_override(const std::string& address, const std::string& driver) = 0;
    // Waits until nobody has the device open.
    virtual void unbind(const std::string& address, const std::string& driver) = 0;
    virtual void bind(const std::string& address, const std::string& driver) = 0;
};

std::unique_ptr<PciDrivers> pci_drivers(std::string sysfs = "/sys");

} // namespace vmwarden::host
