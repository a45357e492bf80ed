// SPDX-License-Identifier: LGPL-2.1-or-later
// The plan as it comes in: a sealed memfd, and descriptors that must match it one for one.
#pragma once

#include "agent/shim/outcome.h"
#include "src/base/unique_fd.h"
#include "src/plan/launch_plan.h"

#include <optional>
#include <vector>

namespace vmwarden::shim {

struct Prepared {
    LaunchPlan plan;
    UniqueFd exit_record;
    UniqueFd monitor;                     // empty: the plan has no shim_monitor
    std::vector<UniqueFd> for_qemu;       // one for each of plan.process.fds, in order
    std::vector<UniqueFd> for_attendants; // one for each of plan.attendants
};

// EPERM: the plan can still be changed by another holder; EBADMSG: no plan of this build; EPROTO:
// the descriptors are not those the plan lists.
Outcome read_prepared(std::vector<UniqueFd> descriptors, Prepared& prepared);

// For an emulator that is only asked what it can do.
struct Asked {
    LaunchPlan plan;
    UniqueFd words; // its standard input and output
    UniqueFd errors;
};
Outcome read_asked(std::vector<UniqueFd> descriptors, Asked& asked);

} // namespace vmwarden::shim
