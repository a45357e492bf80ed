// SPDX-License-Identifier: LGPL-2.1-or-later
#include "src/resolve/unit_name.h"

namespace vmwarden {

namespace {

bool stays(char c, bool first) {
    if (c == '.') return !first;
    const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    return letter || (c >= '0' && c <= '9') || c == ':' || c == '_';
}

} // namespace

std::string unit_escaped(std::string_view text) {
    constexpr std::string_view digits = "0123456789abcdef";
    std::string out;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const auto byte = static_cast<unsigned char>(text[i]);
        if (text[i] == '/')
            out += '-';
        else if (stays(text[i], i == 0))
            out += text[i];
        else
            out.append("\\x").append(1, digits[byte >> 4]).append(1, digits[byte & 0xf]);
    }
    return out;
}

std::string scope_unit(std::string_view guest) {
    return "vmwarden-" + unit_escaped(guest) + ".scope";
}

} // namespace vmwarden
