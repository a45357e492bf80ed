// SPDX-License-Identifier: LGPL-2.1-or-later
// What any device may say of itself: <address>, <alias> and <acpi>, which libvirt's format
// documentation calls device addresses, and the virtio options of its <driver>.
#pragma once

#include "src/base/diagnostic.h"
#include "src/domain/switches.h"

#include <optional>
#include <span>
#include <string>
#include <variant>
#include <vector>

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

// Of a smart card: the one slot of a reader.
struct CcidAddress {
    unsigned controller = 0;
    bool operator==(const CcidAddress&) const = default;
};

struct IsaAddress {
    std::optional<unsigned> iobase = {};
    std::optional<unsigned> irq = {};
    bool operator==(const IsaAddress&) const = default;
};

// Of a memory module: its slot of <maxMemory>, and where its memory begins.
struct DimmAddress {
    std::optional<unsigned> slot = {};
    std::optional<std::uint64_t> base = {};
    bool operator==(const DimmAddress&) const = default;
};

using DeviceAddress = std::variant<std::monostate, PciAddress, DriveAddress, UsbAddress,
                                   VirtioSerialAddress, IsaAddress, DimmAddress, CcidAddress>;

// Of a virtio device on PCI: one that drivers of before virtio 1.0 find as well, or one that they
// do not find. unsaid: as the bus it is on has it.
enum class VirtioModel { unsaid, transitional, non_transitional };

struct DeviceInfo {
    DeviceAddress address = {}; // none: assigned at start
    // One that begins with "ua-" is the device's id to QEMU. Others are how libvirt called it in a
    // guest that ran: kept, and of no effect.
    std::string alias = {};
    unsigned acpi_index = 0; // of PCI: 0: none
    // Of a virtio device but a network card, which has its own: of virtio_switches, in their order.
    std::vector<NamedSwitch> virtio = {};
    VirtioModel model = VirtioModel::unsaid; // but of a network card, which has its own
    SourcePlace place = {};                  // of the address, or of the device
    bool operator==(const DeviceInfo&) const = default;
};

// Every virtio device has the first four, controllers and disks the next one, disks the last.
inline constexpr KnownSwitch virtio_switches[] = {
    {"iommu", "iommu_platform"}, {"ats", "ats"},
    {"packed", "packed"},        {"page_per_vq", "page-per-vq"},
    {"ioeventfd", "ioeventfd"},  {"event_idx", "event_idx"}};
inline constexpr auto device_switches = std::span(virtio_switches).first<4>();
inline constexpr auto controller_switches = std::span(virtio_switches).first<5>();

// The address if it is one of this kind.
template <class Kind>
const Kind* address_as(const DeviceInfo& info) {
    return std::get_if<Kind>(&info.address);
}

} // namespace vmwarden
