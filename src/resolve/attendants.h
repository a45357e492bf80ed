// SPDX-License-Identifier: LGPL-2.1-or-later
// Programs beside QEMU.
#pragma once

#include "src/resolve/draft.h"

#include <optional>
#include <string>

namespace vmwarden::resolving {

// Where an attendant finds its end of the socket pair with QEMU.
constexpr int attendant_fd = 3;

struct WantedAttendant {
    std::string step;
    SourcePlace place;
    std::string program;
    std::string package; // Debian's, for who has not installed it
};

// What is executed; none, with the reason in the draft, where it cannot be.
std::optional<std::string> find_attendant(Draft& draft, const WantedAttendant& wanted);

// Takes it into the plan: the descriptor of QEMU's end.
int attend(Draft& draft, plan::Attendant attendant);

} // namespace vmwarden::resolving
