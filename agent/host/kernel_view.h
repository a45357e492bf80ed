// SPDX-License-Identifier: LGPL-2.1-or-later
// Asks the kernel what really confines a process.
#pragma once

#include "src/plan/launch_plan.h"
#include "src/verify/kernel_view.h"

#include <sys/types.h>

namespace vmwarden::host {

// Reads /proc/PID, the cgroup and the plan's files. `pidfd` pins the process: if it has ended
// meanwhile, throws std::system_error(ESRCH) instead of describing a stranger.
KernelView read_kernel_view(pid_t pid, int pidfd, const LaunchPlan& plan);

// The same of the scope's limits alone.
KernelView read_limits(pid_t pid, int pidfd);

} // namespace vmwarden::host
