// SPDX-License-Identifier: LGPL-2.1-or-later
// <iotune> out of what QEMU calls throttling.
#pragma once

#include "src/native/import.h"

namespace vmwarden::native {

// Of an -object throttle-group. False for what the XML cannot say, or would refuse.
bool take_group_limits(Import& import, Properties properties, DiskTuning& tuning);

// Of a -drive: "throttling.bps-total=", or "bps=" as it was before; what it takes is out of
// `properties`.
bool take_drive_limits(Import& import, Properties& properties, DiskTuning& tuning);

} // namespace vmwarden::native
