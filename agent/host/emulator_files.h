// SPDX-License-Identifier: LGPL-2.1-or-later
// The emulators of this host: programs that a policy's globs match.
#pragma once

#include "src/capabilities/abilities_json.h"

#include <optional>
#include <string>
#include <vector>

namespace vmwarden::host {

// How many emulators are looked at: Debian has some 60 files that the built-in globs match.
constexpr std::size_t max_emulator_files = 256;

// Absolute paths of regular files with an execute bit, each once, at most max_emulator_files of
// them, in the order of the globs and sorted within one. Names with bytes that cannot be printed
// are passed over.
std::vector<std::string> programs_matching(const std::vector<std::string>& globs);

// None where there is no regular file (any more). Links are followed.
std::optional<ProgramIdentity> identity_of_program(const std::string& path);

} // namespace vmwarden::host
