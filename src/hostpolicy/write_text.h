// SPDX-License-Identifier: LGPL-2.1-or-later
// Texts as a policy file holds them: quoted where they must be, and not where they need not be.
#pragma once

#include <string>
#include <string_view>

namespace vmwarden::hostpolicy {

// Whether other YAML tools would take the bare text for something else than a text: no, 0660, ~.
bool looks_typed(std::string_view text);

enum class Quotes {
    as_needed,    // for the text to be read back
    around_typed, // also if looks_typed()
};

// One scalar. `in_flow`: inside of brackets or braces.
std::string written(std::string_view text, Quotes quotes, bool in_flow);
// A key, without its colon.
std::string written_key(std::string_view key);

} // namespace vmwarden::hostpolicy
