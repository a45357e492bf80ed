// SPDX-License-Identifier: LGPL-2.1-or-later
#include "src/hostpolicy/restrictive.h"

namespace vmwarden {

HostPolicy restrictive_policy() {
    auto policy = built_in_policy();
    policy.emulators = {};
    return policy;
}

} // namespace vmwarden
