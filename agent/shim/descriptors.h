// SPDX-License-Identifier: LGPL-2.1-or-later
// Descriptors of a process that is about to become another: the right ones at the right numbers,
// and no other.
#pragma once

#include "agent/shim/outcome.h"

#include <vector>

namespace vmwarden::shim {

// `source` is to be open at `number` after the exec.
struct Placement {
    int source = -1;
    int number = -1;
};

// Puts every source at its number, inheritable, and closes every other descriptor except `status`,
// which may be moved out of the way (the new number is stored) and stays close-on-exec. Sources and
// numbers may overlap in any way; two placements with one number, or a negative number, are EINVAL.
Outcome place_descriptors(const std::vector<Placement>& placements, int& status);

// Closes every descriptor that is not listed; negative numbers in the list are passed over.
Outcome close_all_but(std::vector<int> kept);

} // namespace vmwarden::shim
