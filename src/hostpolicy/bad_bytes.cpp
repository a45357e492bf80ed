// SPDX-License-Identifier: LGPL-2.1-or-later
#include "src/hostpolicy/bad_bytes.h"

#include "src/base/text.h"
#include "src/hostpolicy/codes.h"

#include <algorithm>

namespace vmwarden::hostpolicy {

namespace {

unsigned char byte_at(std::string_view text, std::size_t offset) {
    return static_cast<unsigned char>(text[offset]);
}

std::string hex(unsigned value, unsigned digits) {
    constexpr std::string_view alphabet = "0123456789ABCDEF";
    std::string out;
    for (unsigned i = digits; i-- > 0;)
        out += alphabet[(value >> (4 * i)) & 0xf];
    return out;
}

// Where a comment may begin: at the line's start or after a blank. A '#' inside quotes counts too:
// a tab behind it reaches the value, whose own check refuses it.
std::size_t comment_start(std::string_view line) {
    for (std::size_t i = 0; i < line.size(); ++i)
        if (line[i] == '#' && (i == 0 || line[i - 1] == ' ' || line[i - 1] == '\t')) return i;
    return line.size();
}

// Well-formed characters that make a reviewer see other text than a program does: C1 controls, line
// and paragraph separators (line ends for some YAML readers), bidirectional overrides and isolates,
// zero-width no-break space.
std::size_t deceiving_length(std::string_view text) {
    const auto first = byte_at(text, 0);
    if (first == 0xc2 && text.size() > 1) return byte_at(text, 1) < 0xa0 ? 2 : 0;
    if (first < 0xe2 || first > 0xef || text.size() < 3) return 0;
    const auto second = byte_at(text, 1);
    const auto third = byte_at(text, 2);
    const bool separator_or_override = second == 0x80 && third >= 0xa8 && third <= 0xae;
    const bool isolate = second == 0x81 && third >= 0xa6 && third <= 0xa9;
    if (first == 0xe2) return separator_or_override || isolate ? 3 : 0;
    return text.starts_with(byte_order_mark) ? 3 : 0;
}

unsigned code_point(std::string_view text, std::size_t length) {
    if (length == 2) return (byte_at(text, 0) & 0x1fU) << 6 | (byte_at(text, 1) & 0x3fU);
    return (byte_at(text, 0) & 0x0fU) << 12 | (byte_at(text, 1) & 0x3fU) << 6 |
           (byte_at(text, 2) & 0x3fU);
}

BadBytes control_at(std::string_view line, std::size_t offset) {
    const auto byte = byte_at(line, offset);
    if (byte == '\t') {
        const bool indents = line.find_first_not_of(" \t") >= offset;
        return {offset, 1, code::tab, indents ? "a tab indents this line" : "a tab between words",
                "use spaces"};
    }
    return {offset, 1, code::control_byte, "control byte 0x" + hex(byte, 2), "remove it"};
}

} // namespace

std::optional<BadBytes> find_bad_bytes(std::string_view line) {
    const auto broken = first_invalid_utf8(line);
    const auto end = broken.value_or(line.size());
    const auto comment = comment_start(line);
    for (std::size_t i = 0; i < end; ++i) {
        const auto byte = byte_at(line, i);
        if (byte == '\t' && i > comment) continue;
        if (byte < 0x20 || byte == 0x7f) return control_at(line, i);
        if (byte < 0x80) continue;
        const auto rest = line.substr(i);
        if (const auto length = deceiving_length(rest); length != 0)
            return BadBytes{i, length, code::control_byte,
                            "invisible character U+" + hex(code_point(rest, length), 4),
                            "remove it"};
    }
    if (!broken) return std::nullopt;
    return BadBytes{*broken, 1, code::not_utf8,
                    "byte 0x" + hex(byte_at(line, *broken), 2) + " is not UTF-8",
                    "save the file as UTF-8"};
}

bool is_plain_ascii(std::string_view line) {
    return std::all_of(line.begin(), line.end(), [](char c) { return c >= 0x20 && c < 0x7f; });
}

std::string without_bad_bytes(std::string_view line) {
    std::string out(line);
    const bool broken = first_invalid_utf8(line).has_value();
    const auto comment = comment_start(line);
    for (std::size_t i = 0; i < out.size(); ++i) {
        const auto byte = byte_at(line, i);
        if (byte == '\t')
            out[i] = i > comment ? '\t' : ' ';
        else if (byte < 0x20 || byte == 0x7f || (broken && byte >= 0x80))
            out[i] = replacement;
        else if (byte >= 0x80 && deceiving_length(line.substr(i)) != 0)
            out.replace(i, deceiving_length(line.substr(i)), deceiving_length(line.substr(i)),
                        replacement);
    }
    return out;
}

} // namespace vmwarden::hostpolicy
