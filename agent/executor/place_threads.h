// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "agent/host/qmp_client.h"
#include "src/plan/launch_plan.h"

#include <sys/types.h>

namespace vmwarden::executor {

// Holds QEMU's threads to the processors that the plan gives each, before any of the guest's code
// runs; QEMU says which thread is which. What it starts later inherits from who starts it. Throws
// LaunchError, QmpError.
void place_threads(const LaunchPlan& plan, pid_t qemu, host::QmpClient& qmp,
                   host::QmpClient::Deadline deadline);

} // namespace vmwarden::executor
