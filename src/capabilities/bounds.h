// SPDX-License-Identifier: LGPL-2.1-or-later
// What is believed of an emulator at most: QEMU 10 has some 150 machine types, 1000 device types.
#pragma once

#include "src/base/text.h"

#include <cstdint>
#include <string>

namespace vmwarden {

constexpr std::size_t max_abilities = 16 * 1024; // of one kind
constexpr std::uint64_t max_ability_number = 1024 * 1024;

// A name that may stand in XML and in a log as it is.
inline bool is_ability_name(const std::string& name) {
    return !name.empty() && name.size() <= 256 && printable(name) == name;
}

} // namespace vmwarden
