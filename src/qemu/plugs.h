// SPDX-License-Identifier: LGPL-2.1-or-later
// Everything in a definition that is plugged into a bus, in the order of the command line.
#pragma once

#include "src/domain/guest_definition.h"

#include <string>
#include <string_view>
#include <vector>

namespace vmwarden::qemu {

enum class PlugBus { none, pci, usb, virtio_serial, drive, isa, dimm };

struct Plug {
    const DeviceInfo* info = nullptr;
    PlugBus bus = PlugBus::none;
    std::string what; // "<disk> of line 12", for messages
    SourcePlace place = {};
    std::string_view pci_model = {}; // of a PCI controller
    unsigned index = 0;              // of a PCI controller
    unsigned function = 0;           // that it has unless it says another
    bool on_board = false;
    const DeviceInfo* companion_of = nullptr; // the device in whose slot this one is
    const Disk* disk = nullptr;
    bool console = false;
    bool hub = false;
    std::string_view isa_port = "iobase"; // QEMU's property
    bool isa_irq = true;
};

// Of with_implied_devices().
std::vector<Plug> plugs_of(const GuestDefinition& definition);

} // namespace vmwarden::qemu
