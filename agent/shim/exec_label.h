// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "agent/shim/outcome.h"

#include <string>

namespace vmwarden::shim {

// The SELinux context of this process's next exec, read back. ENOTSUP in a build without
// libselinux, an error where SELinux is off: a label that was planned and cannot be had ends the
// launch.
Outcome set_exec_label(const std::string& label);

} // namespace vmwarden::shim
