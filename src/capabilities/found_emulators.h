// SPDX-License-Identifier: LGPL-2.1-or-later
// The emulators of this host, asked.
#pragma once

#include "src/capabilities/emulator_abilities.h"

#include <string>
#include <vector>

namespace vmwarden {

// An emulator that has answered.
struct AnsweredEmulator {
    std::string path; // as policy names it, links not followed
    EmulatorAbilities abilities;
};

// Programs that policy allows, that are here and that the guests' user may execute.
struct FoundEmulators {
    std::vector<AnsweredEmulator> answered;
    // Programs called "xenner", which speak no QMP: that they are here is all there is to know.
    std::vector<std::string> xenners;
};

} // namespace vmwarden
