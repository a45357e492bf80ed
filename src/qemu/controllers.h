// SPDX-License-Identifier: LGPL-2.1-or-later
// What is known of QEMU's controllers, and their lines.
#pragma once

#include "src/domain/guest_definition.h"

#include <optional>
#include <string_view>

namespace vmwarden::qemu {

class CommandLine;

unsigned usb_ports_of(const Controller& controller);

// Targets and logical units of a SCSI controller. One that has no units says by its unit which
// target is meant, as libvirt has it.
struct ScsiKind {
    std::string_view name; // the format's
    std::string_view device;
    unsigned targets = 0;
    unsigned units = 0;
    bool unit_is_target = false;
};
const ScsiKind& scsi_kind_of(const Controller& controller);

// What a driver of QEMU's is in the format; none for one that is no controller. A model is empty
// where the type has no other.
struct ControllerKind {
    ControllerType type = ControllerType::pci;
    std::string_view model;
};
std::optional<ControllerKind> controller_kind(std::string_view device);

// All that the machine has not, bridges before what is plugged into them. `definition` is of
// with_implied_devices().
void add_controllers(CommandLine& command, const GuestDefinition& definition);
void add_hubs(CommandLine& command, const GuestDefinition& definition);

} // namespace vmwarden::qemu
