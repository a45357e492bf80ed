// SPDX-License-Identifier: LGPL-2.1-or-later
// <boot dev=…/> as QEMU's bootindex: which device is tried when.
#pragma once

#include "src/domain/guest_definition.h"

#include <optional>
#include <vector>

namespace vmwarden::qemu {

// By index into the definition's lists; none: never booted from.
struct BootOrder {
    std::vector<std::optional<unsigned>> disks;
    std::vector<std::optional<unsigned>> interfaces;
    std::vector<std::optional<unsigned>> host_devices = {}; // where they have an order of their own
};

// Every device of a class is tried before the next class; drives of a class in the order of their
// targets. Where devices have an order of their own, it is that. A definition without <boot> boots
// from hard disks. Counts from 1: QEMU gives 0 to a kernel on the command line.
BootOrder boot_order(const GuestDefinition& definition);

} // namespace vmwarden::qemu
