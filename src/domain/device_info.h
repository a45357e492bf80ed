// SPDX-License-Identifier: LGPL-2.1-or-later
// What any device may say of itself: <address>, <alias> and <acpi>, which libvirt's format
// documentation calls device addresses.
#pragma once

#include "src/base/diagnostic.h"

#include <optional>
#include <string>
#include <variant>

namespace vmwarden {

// Of bus N, which is the root's (0) or that of the PCI controller with index N.
struct PciAddress {
    bool anywhere = false; // <address type='pci'/> alone
    unsigned bus = 0;
    unsigned slot = 0;     // to 31
    unsigned function = 0; // to 7
    std::optional<bool> multifunction = {};
    bool operator==(const PciAddress&) const = default;
};

// Of a drive on a controller for IDE, SATA, SCSI or floppies.
struct DriveAddress {
    unsigned controller = 0;
    unsigned bus = 0;
    unsigned target = 0;
    unsigned unit = 0;
    bool operator==(const DriveAddress&) const = default;
};

struct UsbAddress {
    unsigned bus = 0;      // index of a USB controller
    std::string port = {}; // "2", or "2.1" behind a hub in port 2; empty: any
    bool operator==(const UsbAddress&) const = default;
};

struct VirtioSerialAddress {
    unsigned controller = 0;
    unsigned bus = 0;
    std::optional<unsigned> port = {}; // none: any
    bool operator==(const VirtioSerialAddress&) const = default;
};

struct IsaAddress {
    std::optional<unsigned> iobase = {};
    std::optional<unsigned> irq = {};
    bool operator==(const IsaAddress&) const = default;
};

using DeviceAddress = std::variant<std::monostate, PciAddress, DriveAddress, UsbAddress,
                                   VirtioSerialAddress, IsaAddress>;

struct DeviceInfo {
    DeviceAddress address = {}; // none: assigned at start
    // One that begins with "ua-" is the device's id to QEMU. Others are how libvirt called it in a
    // guest that ran: kept, and of no effect.
    std::string alias = {};
    unsigned acpi_index = 0; // of PCI: 0: none
    SourcePlace place = {};  // of the address, or of the device
    bool operator==(const DeviceInfo&) const = default;
};

// The address if it is one of this kind.
template <class Kind>
const Kind* address_as(const DeviceInfo& info) {
    return std::get_if<Kind>(&info.address);
}

} // namespace vmwarden
