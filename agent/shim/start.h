// SPDX-License-Identifier: LGPL-2.1-or-later
// From a released shim to a running QEMU beside a shim without privilege.
#pragma once

#include "agent/shim/attendants.h"
#include "agent/shim/inherited_plan.h"
#include "agent/shim/keeper.h"
#include "agent/shim/steps.h"

#include <optional>
#include <span>
#include <string>

namespace vmwarden::shim {

// What ended a start, for the agent.
struct StartFailure {
    std::string step;
    std::uint8_t index = 0;
    Outcome why;
};

struct Started {
    pid_t pid = -1;
    UniqueFd pidfd;
    UniqueFd output; // reading end of its standard output and error, and of attendants'
    std::vector<Attendants::One> attendants = {};
    UniqueFd group_kill = {}; // open_group_kill(), where there are attendants
};

// Forks the attendants and QEMU, into `cgroup` (its directory). While the children walk the steps
// this process drops everything it does not need, privilege and descriptors but those of `kept`;
// only then does it let one after the other exec (the table's step for that waits for it), QEMU
// last, and waits until it has become its program or failed. After a failure no child is left.
std::optional<StartFailure> start(std::span<const Step> table, Prepared& prepared, UniqueFd cgroup,
                                  const std::vector<int>& kept, Started& started) noexcept;

} // namespace vmwarden::shim
