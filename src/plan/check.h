// SPDX-License-Identifier: LGPL-2.1-or-later
// What must be true of every launch plan, whoever made it: the shim trusts nothing it decodes that
// does not hold this.
#pragma once

#include "src/plan/launch_plan.h"

namespace vmwarden::plan {

// The first rule that the plan breaks, in words ("descriptor 10 is listed twice"), or an empty
// string. Never throws except for std::bad_alloc.
std::string broken_rule(const LaunchPlan& plan);

} // namespace vmwarden::plan
