// SPDX-License-Identifier: LGPL-2.1-or-later
// <controller>: what devices are plugged into.
#pragma once

#include "src/domain/device_info.h"

#include <cstdint>

namespace vmwarden {

enum class ControllerType { pci, ide, sata, fdc, usb, scsi, virtio_serial, ccid };

// <target> and <model> of a PCI controller; what is not said is chosen at start.
struct PciController {
    std::string device = {}; // QEMU's: "pcie-root-port", "ioh3420"
    std::optional<unsigned> chassis_nr = {};
    std::optional<unsigned> chassis = {};
    std::optional<unsigned> port = {};
    std::optional<unsigned> bus_nr = {};
    std::optional<unsigned> numa_node = {};
    std::optional<bool> hotplug = {};
    std::optional<std::uint64_t> hole64 = {}; // KiB, of the root
    bool operator==(const PciController&) const = default;
};

// One that the machine has of itself, said aloud, or one that is added.
struct Controller {
    ControllerType type = ControllerType::pci;
    std::optional<unsigned> index = {}; // of its type, from 0; none: the next
    // As the format has it: of pci "pci-root", "pcie-root-port", ...; of usb "qemu-xhci", ...; of
    // scsi "virtio-scsi", ...; empty: the usual one.
    std::string model = {};
    SourcePlace place = {};
    std::optional<unsigned> ports = {};   // of usb and virtio-serial
    std::optional<unsigned> vectors = {}; // of virtio-serial
    // Of a USB controller that serves the slow devices of the one with the same index: its first
    // port there.
    std::optional<unsigned> master_port = {};
    unsigned queues = 0; // of virtio-scsi, as the next two; 0: QEMU's own
    unsigned commands_per_lun = 0;
    unsigned max_sectors = 0;
    unsigned iothread = 0; // of virtio-scsi, as DiskTuning has it
    PciController pci = {};
    DeviceInfo info = {};
    bool operator==(const Controller&) const = default;
};

// A USB hub of eight ports.
struct Hub {
    DeviceInfo info = {};
    SourcePlace place = {};
    bool operator==(const Hub&) const = default;
};

} // namespace vmwarden
