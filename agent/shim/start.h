// SPDX-License-Identifier: LGPL-2.1-or-later
// From a released shim to a running QEMU beside a shim without privilege.
#pragma once

#include "agent/shim/inherited_plan.h"
#include "agent/shim/keeper.h"
#include "agent/shim/steps.h"

#include <optional>
#include <span>
#include <string>

namespace vmwarden::shim {

// What ended a start, for the agent.
struct StartFailure {
    std::string_view step; // points into the report or a literal
    std::uint8_t index = 0;
    Outcome why;
    StepReport report;
};

struct Started {
    pid_t pid = -1;
    UniqueFd pidfd;
    UniqueFd output; // reading end of QEMU's standard output and error
};

// Forks, the child into `cgroup` (its directory). While the child walks the steps this process drops everything it does not need, privilege
// and descriptors but those of `kept`; only then does it let the child exec (the table's step for
// that waits for it), and waits until it has become QEMU or failed. After a failure no child is
// left.
std::optional<StartFailure> start(std::span<const Step> table, Prepared& prepared,
                                  UniqueFd cgroup, const std::vector<int>& kept,
                                  Started& started) noexcept;

} // namespace vmwarden::shim
