// SPDX-License-Identifier: LGPL-2.1-or-later
// What a definition leaves out because it goes without saying, said: after this every device has a
// controller of the definition's to be plugged into, unless it names one that is not there.
#pragma once

#include "src/domain/guest_definition.h"

namespace vmwarden::qemu {

// Adds the machine's own controllers, one of each other type that a device needs, and the graphics
// card that a display needs; numbers the controllers that have no index. A definition whose machine
// is not one of ours comes back as it is.
GuestDefinition with_implied_devices(GuestDefinition definition);

// Whether the machine has this controller of itself. On a q35 the controller of IDE is the AHCI, in
// the place of SATA controller 0, if a drive is called IDE.
bool is_on_board(const GuestDefinition& definition, const Controller& controller);

// The controller's id, which the names of its buses begin with.
std::string controller_id(const GuestDefinition& definition, const Controller& controller);

bool is_root(const Controller& controller);
// <controller type='usb' model='none'/>: there is to be none.
bool is_none(const Controller& controller);
// One that serves the slow devices of the EHCI controller with its index.
bool is_companion(const Controller& controller);

// Of a type, with an index; null: there is none.
const Controller* controller_at(const GuestDefinition& definition, ControllerType type,
                                unsigned index);

std::optional<ControllerType> controller_of(DiskBus bus); // none: virtio, which needs none
bool needs_virtio_serial(const CharacterDevice& character);

} // namespace vmwarden::qemu
