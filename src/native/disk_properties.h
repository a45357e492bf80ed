// SPDX-License-Identifier: LGPL-2.1-or-later
// How a disk behaves, out of the properties of its device.
#pragma once

#include "src/native/import.h"

namespace vmwarden::native {

// Those that the disk's bus has a place for in the XML; others stay where they are.
void take_disk_properties(Import& import, Properties& properties, Disk& disk);

} // namespace vmwarden::native
