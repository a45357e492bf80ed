// SPDX-License-Identifier: LGPL-2.1-or-later
// EmulatorAbilities as text, for keeping.
#pragma once

#include "src/capabilities/emulator_abilities.h"

#include <optional>
#include <string>
#include <string_view>

namespace vmwarden {

// Which file a kept answer is of: another file at the same path is another emulator.
struct ProgramIdentity {
    std::uint64_t device = 0;
    std::uint64_t inode = 0;
    std::int64_t mtime_ns = 0;
    std::uint64_t size = 0;
    auto operator<=>(const ProgramIdentity&) const = default;
};

// One line with the format's version and a checksum, one of JSON. The same value gives the same
// text.
std::string encode_abilities(const ProgramIdentity& program, const EmulatorAbilities& abilities);

// The first line put before a body: what encode_abilities() ends with, and how tests get past the
// checksum.
std::string seal_abilities(const std::string& body);

// None for a text that is damaged, cut short, of another version, or of another program.
std::optional<EmulatorAbilities> decode_abilities(std::string_view text,
                                                  const ProgramIdentity& program);

} // namespace vmwarden
