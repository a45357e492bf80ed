// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "agent/host/systemd_manager.h"

#include <string>

namespace vmwarden::executor {

// SIGKILL to everything in the unit, and back when its name is free again. Throws LaunchError when
// the unit stays: something in it cannot be killed.
void end_scope(host::SystemdManager& systemd, const std::string& unit);

} // namespace vmwarden::executor
