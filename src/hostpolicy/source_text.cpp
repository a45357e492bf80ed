// SPDX-License-Identifier: LGPL-2.1-or-later
#include "src/hostpolicy/source_text.h"

#include "src/base/text.h"
#include "src/base/units.h"
#include "src/hostpolicy/codes.h"
#include "src/hostpolicy/read_policy.h"

#include <algorithm>
#include <array>

namespace vmwarden::hostpolicy {

namespace {

constexpr char replacement = '?';
constexpr std::string_view byte_order_mark = "\xef\xbb\xbf";

struct BadBytes {
    std::size_t offset;
    std::size_t length;
    std::string_view code;
    std::string message;
    std::string hint;
};

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

bool is_blank_or_comment(std::string_view line) {
    const auto first = line.find_first_not_of(" \t\r");
    return first == std::string_view::npos || line[first] == '#';
}

// Where a comment may begin: at the line's start or after a blank. A '#' inside quotes counts too;
// the value's own check still refuses a tab behind it.
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

// The first byte of the line that may not stand there.
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

// Same length, so that columns stay true.
std::string without_bad_bytes(std::string_view line) {
    std::string out(line);
    const bool broken = first_invalid_utf8(line).has_value();
    for (std::size_t i = 0; i < out.size(); ++i) {
        const auto byte = byte_at(line, i);
        if (byte == '\t')
            out[i] = ' ';
        else if (byte < 0x20 || byte == 0x7f || (broken && byte >= 0x80))
            out[i] = replacement;
        else if (byte >= 0x80 && deceiving_length(line.substr(i)) != 0)
            out.replace(i, deceiving_length(line.substr(i)), deceiving_length(line.substr(i)),
                        replacement);
    }
    return out;
}

// Adds up what is neither comment nor blank, and refuses lines that no person would write.
std::size_t measure_content(std::string_view text, Findings& findings) {
    std::size_t size = 0;
    for (unsigned number = 1; !text.empty(); ++number) {
        const auto line = text.substr(0, text.find('\n'));
        text.remove_prefix(std::min(text.size(), line.size() + 1));
        if (is_blank_or_comment(line)) continue;
        size += line.size() + 1;
        if (line.size() > max_policy_line_bytes)
            findings.error(code::long_line, {number, max_policy_line_bytes + 1, 1},
                           "a line of more than " + std::to_string(max_policy_line_bytes) +
                               " bytes",
                           "break it; a list may go over many lines");
    }
    return size;
}

// Whether a parser may be let loose on it.
bool is_within_limits(std::string_view text, Findings& findings) {
    if (text.size() > max_policy_bytes) {
        findings.error(code::too_large, {}, "larger than " + size_text({max_policy_bytes}),
                       "split it into several files");
        return false;
    }
    if (measure_content(text, findings) > max_policy_content_bytes)
        findings.error(code::too_large, {},
                       "holds more than " + size_text({max_policy_content_bytes}) +
                           " besides comments",
                       "split it into several files");
    return findings.empty();
}

} // namespace

std::string_view SourceText::line(unsigned number) const {
    const auto rest = from(number);
    return rest.substr(0, rest.find('\n'));
}

std::string_view SourceText::from(unsigned number) const {
    if (number == 0 || number > starts_.size()) return {};
    return std::string_view(text_).substr(starts_[number - 1]);
}

void SourceText::blank(unsigned number) {
    const auto size = line(number).size();
    text_.replace(starts_[number - 1], size, size, ' ');
}

bool SourceText::reported_within(unsigned first, unsigned last) const {
    const auto found = std::lower_bound(reported_.begin(), reported_.end(), first);
    return found != reported_.end() && *found <= last;
}

bool SourceText::stands_in_for_bad_bytes(unsigned line, std::string_view text) const {
    return text.find(replacement) != std::string_view::npos && reported_within(line, line);
}

std::optional<SourceText> check_bytes(std::string_view text, Findings& findings) {
    if (!is_within_limits(text, findings)) return std::nullopt;

    SourceText source;
    source.text_.reserve(text.size());
    if (text.starts_with(byte_order_mark)) {
        findings.error(code::windows_text, {1, 1, 3}, "the file begins with a byte order mark",
                       "save it as UTF-8 without one");
        text.remove_prefix(byte_order_mark.size());
        source.shift_ = byte_order_mark.size();
    }

    bool head = true; // nothing but comments so far
    bool seen_cr = false;
    for (unsigned number = 1; !text.empty(); ++number) {
        auto line = text.substr(0, text.find('\n'));
        const bool ended = line.size() < text.size();
        text.remove_prefix(line.size() + (ended ? 1 : 0));
        source.starts_.push_back(static_cast<std::uint32_t>(source.text_.size()));

        const auto place = [&](std::size_t offset, std::size_t length) {
            return Span{number, static_cast<unsigned>(offset) + 1 + source.column_shift(number),
                        static_cast<unsigned>(length)};
        };
        if (line.ends_with('\r')) {
            line.remove_suffix(1);
            if (!seen_cr)
                findings.error(code::windows_text, place(line.size(), 1),
                               "lines end in CR LF as on Windows",
                               "save the file with Unix line ends");
            seen_cr = true;
        }
        const bool plain = is_plain_ascii(line);
        if (const auto bad = plain ? std::nullopt : find_bad_bytes(line)) {
            findings.error(bad->code, place(bad->offset, bad->length), bad->message, bad->hint);
            source.reported_.push_back(number);
        }
        if (head && line.starts_with('%')) {
            findings.error(code::directive, place(0, line.size()),
                           "policy files have no YAML directives", "remove the line");
            line = {};
        }
        if (!is_blank_or_comment(line)) {
            head = false;
            source.text_ += plain ? std::string(line) : without_bad_bytes(line);
        }
        if (ended) source.text_ += '\n';
    }
    return source;
}

} // namespace vmwarden::hostpolicy
