// SPDX-License-Identifier: LGPL-2.1-or-later
// The part of a plan that changes while its guest runs (docs/adr/0020).
#pragma once

#include "src/plan/launch_plan.h"

namespace vmwarden::plan {

struct LiveLimits {
    std::uint64_t tasks_max = 0;     // as Scope::tasks_max
    std::uint64_t memory_max = 0;    // as Scope::memory_max
    std::vector<Decision> decisions; // that made them
};

// Whether the scope's limits are these; the lines that made them do not count.
bool has_limits(const Scope& scope, const LiveLimits& limits);

// The plan with these limits; decisions about the same things are replaced, new ones added.
LaunchPlan with_limits(LaunchPlan plan, const LiveLimits& limits);

} // namespace vmwarden::plan
