// SPDX-License-Identifier: LGPL-2.1-or-later
// "Did you mean": the known word nearest to an unknown one.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace vmwarden {

// The known word within a third of the given word's length in edits (insert, delete, replace,
// swap of neighbours), or none. Ties go to the first. Words over 64 bytes get no suggestion.
std::optional<std::string_view> nearest_word(std::string_view word,
                                             std::span<const std::string_view> known);

// "did you mean 'x'?", or an empty string where nothing is near.
std::string did_you_mean(std::string_view word, std::span<const std::string_view> known);

} // namespace vmwarden
