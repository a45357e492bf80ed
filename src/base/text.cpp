// SPDX-License-Identifier: LGPL-2.1-or-later
#include "src/base/text.h"

#include <charconv>
#include <fnmatch.h>

namespace vmwarden {

namespace {

struct Sequence {
    std::size_t length = 0; // 0: not well formed
    char32_t code = 0;
};

Sequence sequence_at(std::string_view text) {
    const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
    const unsigned lead = byte(0);
    if (lead < 0x80) return {1, lead};
    const std::size_t length = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
    if (lead < 0xc2 || lead > 0xf4 || text.size() < length) return {};
    char32_t code = lead & (0xffU >> (length + 1));
    for (std::size_t i = 1; i < length; ++i) {
        if ((byte(i) & 0xc0U) != 0x80U) return {};
        code = (code << 6) | (byte(i) & 0x3fU);
    }
    const bool overlong = (length == 3 && code < 0x800) || (length == 4 && code < 0x10000);
    const bool surrogate = code >= 0xd800 && code <= 0xdfff;
    if (overlong || surrogate || code > 0x10ffff) return {};
    return {length, code};
}

bool is_control(char32_t code) {
    return code < 0x20 || (code >= 0x7f && code < 0xa0);
}

// Line and paragraph separators, bidirectional marks, overrides and isolates, the byte order mark.
bool deceives(char32_t code) {
    return code == 0x200e || code == 0x200f || (code >= 0x2028 && code <= 0x202e) ||
           (code >= 0x2066 && code <= 0x2069) || code == 0xfeff;
}

} // namespace

std::string printable(std::string_view text) {
    std::string out;
    out.reserve(text.size());
    while (!text.empty()) {
        const auto sequence = sequence_at(text);
        if (sequence.length == 0 || is_control(sequence.code) || deceives(sequence.code))
            out += '?';
        else
            out += text.substr(0, sequence.length);
        text.remove_prefix(sequence.length == 0 ? 1 : sequence.length);
    }
    return out;
}

std::optional<std::size_t> first_invalid_utf8(std::string_view text) {
    std::size_t offset = 0;
    while (offset < text.size()) {
        const auto sequence = sequence_at(text.substr(offset));
        if (sequence.length == 0) return offset;
        offset += sequence.length;
    }
    return std::nullopt;
}

std::string shell_quoted(std::string_view word) {
    constexpr std::string_view safe = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                      "0123456789_@%+=:,./-";
    if (!word.empty() && word.find_first_not_of(safe) == std::string_view::npos)
        return std::string(word);
    std::string out = "'";
    for (const char c : word) {
        if (c == '\'')
            out += "'\\''";
        else
            out += c;
    }
    return out + "'";
}

bool glob_matches(const std::string& pattern, const std::string& path) {
    return ::fnmatch(pattern.c_str(), path.c_str(), FNM_PATHNAME) == 0;
}

std::optional<std::uint64_t> parse_unsigned(std::string_view text, int base) {
    if (text.starts_with("0x")) {
        text.remove_prefix(2);
        base = 16;
    }
    std::uint64_t number = 0;
    const auto read = std::from_chars(text.data(), text.data() + text.size(), number, base);
    if (read.ec != std::errc() || read.ptr != text.data() + text.size()) return std::nullopt;
    return number;
}

bool is_interface_name(std::string_view name) {
    constexpr std::size_t longest = 15; // IFNAMSIZ less its zero
    constexpr std::string_view letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                         "0123456789._-+@";
    return !name.empty() && name.size() <= longest && name[0] != '.' && name[0] != '-' &&
           name.find_first_not_of(letters) == std::string_view::npos;
}

} // namespace vmwarden
