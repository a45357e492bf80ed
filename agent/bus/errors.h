// SPDX-License-Identifier: LGPL-2.1-or-later
// The only translator of failures to D-Bus errors.
#pragma once

#include "agent/bus/sdbus_compat.h"
#include "agent/supervisor/failure.h"

namespace vmwarden::bus {

// "org.vmwarden1.Error.NoSuchGuest"
std::string error_name(supervisor::Failure::Kind kind);
sdbus::Error to_error(const supervisor::Failure& failure);

} // namespace vmwarden::bus
