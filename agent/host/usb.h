// SPDX-License-Identifier: LGPL-2.1-or-later
// What is plugged into this host's USB, as sysfs has it.
#pragma once

#include "src/hostfacts/host_facts.h"

#include <vector>

namespace vmwarden::host {

// By bus and number; none on a host without USB. Throws std::system_error where it cannot be seen.
std::vector<UsbFact> usb_devices();

} // namespace vmwarden::host
