// SPDX-License-Identifier: LGPL-2.1-or-later
// Which place each device of a guest has: the one that its owner chose, or one that is free.
#pragma once

#include "src/domain/guest_definition.h"
#include "src/qemu/command_line.h"

#include <map>

namespace vmwarden::qemu {

class Addresses {
  public:
    // Places that are not there, or that two devices claim, are reported. What the owner chose is
    // placed first, then the rest in the order of the command line. `definition` is of
    // with_implied_devices() and must outlive this: a device is known by where its DeviceInfo is.
    static Addresses assign(const GuestDefinition& definition, Diagnostics& found);

    // Adds the properties that say where a device is, and its id if its owner chose one.
    void put(Json& device, const DeviceInfo& info) const;

  private:
    std::map<const DeviceInfo*, Json> properties_;
};

} // namespace vmwarden::qemu
