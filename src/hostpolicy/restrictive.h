// SPDX-License-Identifier: LGPL-2.1-or-later
// What holds on a host whose policy files do not check and never have: no guest starts.
#pragma once

#include "src/hostpolicy/host_policy.h"

namespace vmwarden {

// The built-in policy with no emulator allowed: whatever is resolved under it is refused.
HostPolicy restrictive_policy();

} // namespace vmwarden
