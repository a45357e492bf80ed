// SPDX-License-Identifier: LGPL-2.1-or-later
// LaunchPlan as JSON, for `vmwarden plan --json`, D-Bus and golden tests.
#pragma once

#include "src/plan/launch_plan.h"

#include <nlohmann/json_fwd.hpp>

namespace vmwarden::plan {

// Keys are the field names; enumerations are their words; signals and rlimits their names.
nlohmann::ordered_json to_json(const LaunchPlan& plan);

// The plan as a person reads it: sections, one decision a line with the policy line that made it,
// the command line wrapped and shell-quoted.
std::string to_text(const LaunchPlan& plan);

} // namespace vmwarden::plan
