// SPDX-License-Identifier: LGPL-2.1-or-later
// What may not stand in a line of a policy file, whatever it means.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace vmwarden::hostpolicy {

constexpr std::string_view byte_order_mark = "\xef\xbb\xbf";
// Stands where such a byte stood.
constexpr char replacement = '?';

struct BadBytes {
    std::size_t offset;
    std::size_t length;
    std::string_view code;
    std::string message;
    std::string hint;
};

bool is_plain_ascii(std::string_view line);
// The first such bytes of a line: what is not UTF-8, controls, tabs outside of comments, characters
// that make a reviewer see other text than a program does.
std::optional<BadBytes> find_bad_bytes(std::string_view line);
// The line with all of them replaced; as long as before, so that columns stay true.
std::string without_bad_bytes(std::string_view line);

} // namespace vmwarden::hostpolicy
