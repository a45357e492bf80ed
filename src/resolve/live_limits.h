// SPDX-License-Identifier: LGPL-2.1-or-later
// What of a guest's scope follows the policy while the guest runs (docs/adr/0020). Pure.
#pragma once

#include "src/hostpolicy/host_policy.h"
#include "src/plan/live_limits.h"

namespace vmwarden {

// What the policy's rules look at, of a guest that was started with this plan.
GuestTraits traits_of(const LaunchPlan& plan);

// The limits that `policy`, the host's, wants for it now: never less memory than the guest's own
// and what QEMU needs beside it.
plan::LiveLimits live_limits(const HostPolicy& policy, const LaunchPlan& plan);

namespace resolving {

// The same with the rules applied already. Whether memory is limited at all is the plan's, by the
// controllers it delegates.
plan::LiveLimits limits_under(const HostPolicy& policy, const LaunchPlan& plan);

} // namespace resolving
} // namespace vmwarden
