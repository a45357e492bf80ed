// SPDX-License-Identifier: LGPL-2.1-or-later
// What another policy would mean for a guest, said without doing anything.
#pragma once

#include "agent/supervisor/failure.h"
#include "src/plan/launch_plan.h"

#include <string>
#include <vector>

namespace vmwarden::supervisor {

struct Forecast {
    enum class Verdict { same, changed, refused };
    std::string guest;
    bool runs = false;
    Verdict verdict = Verdict::same;
    std::vector<std::string> lines; // what changes, or why it is refused
};
std::string_view to_text(Forecast::Verdict verdict);

// `now`: the plan that a running guest was started by, or what the start of another gives now;
// `then`: what a start would give under the other policy. What is refused now as well is no news of
// that policy: the same.
Forecast forecast(std::string guest, bool runs, const Outcome<LaunchPlan>& now,
                  const Outcome<LaunchPlan>& then);

} // namespace vmwarden::supervisor
