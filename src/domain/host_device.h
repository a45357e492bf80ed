// SPDX-License-Identifier: LGPL-2.1-or-later
// <hostdev>: a device of the host's that becomes the guest's. Of USB and PCI, and mediated ones;
// other kinds are refused.
#pragma once

#include "src/base/units.h"
#include "src/domain/device_info.h"
#include "src/domain/device_rom.h"

#include <cstdint>
#include <optional>
#include <string>

namespace vmwarden {

// What a device says of itself.
struct UsbModel {
    std::uint16_t vendor = 0;
    std::uint16_t product = 0;
    bool operator==(const UsbModel&) const = default;
};

// Where it is plugged in now: the kernel counts on with each plugging.
struct UsbPlace {
    unsigned bus = 0;
    unsigned device = 0;
    bool operator==(const UsbPlace&) const = default;
};

// Where on the host's PCI buses a device is.
struct PciPlace {
    unsigned domain = 0;   // to 0xffff
    unsigned bus = 0;      // to 0xff
    unsigned slot = 0;     // to 0x1f
    unsigned function = 0; // to 7
    bool operator==(const PciPlace&) const = default;
    // "0000:06:02.0", as sysfs and lspci -D have it.
    [[nodiscard]] std::string text() const;
};

// optional: a guest starts without a device that is not there. requisite asks, at a start, for the
// same as mandatory.
enum class StartupPolicy { unsaid, mandatory, requisite, optional };

enum class HostDeviceType { usb, pci, mdev };

struct HostDevice {
    HostDeviceType type = HostDeviceType::usb;
    std::optional<UsbModel> model; // of usb: one of the two at least; both must fit
    std::optional<UsbPlace> at;
    PciPlace pci = {}; // of pci
    Uuid mdev = {};    // of mdev: its name
    StartupPolicy startup = StartupPolicy::unsaid;
    // Of pci, true: taken from its driver at start, and given back. Of usb it says nothing: QEMU
    // does it in any case.
    std::optional<bool> managed;
    bool names_driver = false;        // <driver name='vfio'/>, which is the only one
    unsigned boot_order = 0;          // as DiskTuning has it
    DeviceRom rom = {};               // of pci
    std::optional<bool> display = {}; // of mdev: what it draws is seen in the guest's display,
    std::optional<bool> ramfb = {};   // also before its driver is there
    SourcePlace place = {};
    DeviceInfo info = {};
    bool operator==(const HostDevice&) const = default;
};

} // namespace vmwarden
