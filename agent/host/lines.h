// SPDX-License-Identifier: LGPL-2.1-or-later
// Taking small texts apart by lines and words.
#pragma once

#include <string_view>

namespace vmwarden::host {

// Calls `each` with every piece between separators; what follows a final separator is no piece.
template <class Callable>
void for_each_piece(std::string_view text, char separator, Callable each) {
    while (!text.empty()) {
        const auto end = text.find(separator);
        each(text.substr(0, end));
        text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    }
}

template <class Callable>
void for_each_line(std::string_view text, Callable each) {
    for_each_piece(text, '\n', each);
}

// Without the blanks at both ends.
inline std::string_view trimmed(std::string_view text) {
    constexpr std::string_view blanks = " \t\r\v\f";
    const auto first = text.find_first_not_of(blanks);
    if (first == std::string_view::npos) return {};
    return text.substr(first, text.find_last_not_of(blanks) - first + 1);
}

// The value of the first line that starts with `key` ("mnt_id:"), trimmed; no data() where there is
// no such line.
inline std::string_view value_of(std::string_view text, std::string_view key) {
    std::string_view value;
    for_each_line(text, [&](std::string_view line) {
        if (!value.data() && line.starts_with(key)) value = trimmed(line.substr(key.size()));
    });
    return value;
}

} // namespace vmwarden::host
