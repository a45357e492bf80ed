// SPDX-License-Identifier: LGPL-2.1-or-later
// Landlock (Documentation/userspace-api/landlock.rst of the kernel): a process holds itself and
// what it becomes to some files.
#pragma once

#include "agent/shim/outcome.h"
#include "src/plan/launch_plan.h"

namespace vmwarden::shim {

// To the plan's binds, the empty directories and /proc; needs CAP_SYS_ADMIN or no_new_privs. Where
// the kernel has a newer Landlock, also from truncating, device ioctls, TCP (without a network),
// abstract sockets and signals to others. Done without a word where the kernel has none at all:
// the plan says whether it has.
Outcome restrict_files(const plan::Walls& walls);

} // namespace vmwarden::shim
