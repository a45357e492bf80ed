// SPDX-License-Identifier: LGPL-2.1-or-later
// Two launch plans of one guest, and what differs between them for the guest, in words for people.
#pragma once

#include "src/plan/launch_plan.h"

#include <optional>
#include <string>
#include <vector>

namespace vmwarden::plan {

struct Difference {
    std::string what;                  // "user", "device /dev/kvm", "disk vda, owner"
    std::optional<std::string> before; // absent: was not there
    std::optional<std::string> now;    // absent: is not there any more
    bool operator==(const Difference&) const = default;
    // "processes: 4096 -> 512", "device /dev/kvm: removed"
    [[nodiscard]] std::string text() const;
};

// Every field of the plan takes part except the reasons of decisions (`decisions`, `because`) and
// what each launch is given anew: which pair of categories it has, but not whether it has one.
std::vector<Difference> differences(const LaunchPlan& before, const LaunchPlan& now);

} // namespace vmwarden::plan
