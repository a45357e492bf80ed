// SPDX-License-Identifier: LGPL-2.1-or-later
// QEMU's answers read into EmulatorAbilities (QEMU qapi/machine.json, machine-target.json,
// qom.json, control.json). The emulator is a file that policy allows, not one to trust: what does
// not look like an answer is refused, whatever it holds is bounded.
#pragma once

#include "src/capabilities/emulator_abilities.h"

#include <nlohmann/json.hpp>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace vmwarden {

struct EmulatorQuestion {
    std::string_view command;
    nlohmann::json arguments;
    bool required; // one that QEMU refuses leaves its part empty, unless it is needed
};

// In the order of the replies that read_abilities() takes.
std::span<const EmulatorQuestion> emulator_questions();

// One reply ("return" of QMP) for each question, null where QEMU refused. Gives the abilities, or
// which answer is none. Never throws on input.
std::variant<EmulatorAbilities, std::string>
read_abilities(const std::vector<nlohmann::json>& replies);

} // namespace vmwarden
