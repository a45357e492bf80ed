// SPDX-License-Identifier: LGPL-2.1-or-later
#include "src/plan/live_limits.h"

#include <algorithm>

namespace vmwarden::plan {

bool has_limits(const Scope& scope, const LiveLimits& limits) {
    return scope.tasks_max == limits.tasks_max && scope.memory_max == limits.memory_max;
}

LaunchPlan with_limits(LaunchPlan plan, const LiveLimits& limits) {
    plan.scope.tasks_max = limits.tasks_max;
    plan.scope.memory_max = limits.memory_max;
    for (const auto& decision : limits.decisions) {
        const auto old = std::find_if(plan.decisions.begin(), plan.decisions.end(),
                                      [&](const auto& one) { return one.what == decision.what; });
        if (old == plan.decisions.end())
            plan.decisions.push_back(decision);
        else
            *old = decision;
    }
    return plan;
}

} // namespace vmwarden::plan
