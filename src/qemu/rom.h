// SPDX-License-Identifier: LGPL-2.1-or-later
// <rom> as the properties that every PCI device of QEMU's has.
#pragma once

#include "src/domain/device_rom.h"
#include "src/qemu/command_line.h"

namespace vmwarden::qemu {

void put_rom(Json& device, const DeviceRom& rom);

} // namespace vmwarden::qemu
