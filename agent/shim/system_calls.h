// SPDX-License-Identifier: LGPL-2.1-or-later
// The system calls that are taken from a guest's programs before they start.
#pragma once

#include "agent/shim/outcome.h"

namespace vmwarden::shim {

// Loads the filter (seccomp(2)): what it names fails with EPERM from now on, for this process and
// all that it becomes. Needs CAP_SYS_ADMIN or no_new_privs, and leaves both as they are.
Outcome filter_system_calls(bool with_io_uring);

} // namespace vmwarden::shim
