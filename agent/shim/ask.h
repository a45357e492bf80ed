// SPDX-License-Identifier: LGPL-2.1-or-later
// Becoming an emulator that is only asked what it can do: the same steps as a guest's, in the shim
// itself, which has nothing to keep afterwards.
#pragma once

#include "agent/shim/inherited_plan.h"
#include "agent/shim/steps.h"

#include <vector>

namespace vmwarden::shim {

// The table of steps without the new session, which the shim leads already, and with one more
// before the last words: who is only asked ends with the agent's thread that asks
// (PR_SET_PDEATHSIG), while a guest outlives its agent.
std::vector<Step> ask_steps();

// Walks them; does not come back. StepReports go to `control`, and go_ahead is read from there.
[[noreturn]] void become_asked(const Asked& asked, int control) noexcept;

} // namespace vmwarden::shim
