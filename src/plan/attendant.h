// SPDX-License-Identifier: LGPL-2.1-or-later
// How a program beside QEMU is started: as QEMU is.
#pragma once

#include "src/plan/launch_plan.h"

namespace vmwarden::plan {

// Names go into the shim's reports.
constexpr std::size_t longest_attendant_name = 12;

// QEMU's process with another program, and none of QEMU's descriptors.
Process attendant_process(const LaunchPlan& plan, const Attendant& attendant);

} // namespace vmwarden::plan
