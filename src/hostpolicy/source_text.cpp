// SPDX-License-Identifier: LGPL-2.1-or-later
#include "src/hostpolicy/source_text.h"

#include "src/base/units.h"
#include "src/hostpolicy/bad_bytes.h"
#include "src/hostpolicy/codes.h"
#include "src/hostpolicy/read_policy.h"

#include <algorithm>

namespace vmwarden::hostpolicy {

namespace {

bool is_blank_or_comment(std::string_view line) {
    const auto first = line.find_first_not_of(" \t\r");
    return first == std::string_view::npos || line[first] == '#';
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

// Characters of two or four bytes: by their mark, or because letters have NULs beside.
bool is_wide(std::string_view text) {
    if (text.starts_with("\xff\xfe") || text.starts_with("\xfe\xff")) return true;
    std::string shape;
    for (const char c : text.substr(0, 4))
        shape += c == '\0' ? '0' : 'x';
    return shape == "x0x0" || shape == "0x0x" || shape == "x000" || shape == "000x";
}

// Whether a parser may be let loose on it.
bool is_within_limits(std::string_view text, Findings& findings) {
    if (is_wide(text)) {
        findings.error(code::not_utf8, {}, "is text in UTF-16 or UTF-32", "save it as UTF-8");
        return false;
    }
    if (text.size() > max_policy_bytes) {
        findings.error(code::too_large, {}, "larger than " + size_text({max_policy_bytes}),
                       "split it into several files");
        return false;
    }
    if (std::count(text.begin(), text.end(), '\n') > std::ptrdiff_t{max_policy_lines}) {
        findings.error(code::too_large, {},
                       "longer than " + std::to_string(max_policy_lines) + " lines",
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

class ByteChecker {
  public:
    explicit ByteChecker(Findings& findings)
      : findings_(findings) {}

    SourceText read(std::string_view text) {
        source_.text_.reserve(text.size());
        text.remove_prefix(check_byte_order_mark(text));
        while (!text.empty()) {
            const auto line = text.substr(0, text.find('\n'));
            const bool ended = line.size() < text.size();
            text.remove_prefix(line.size() + (ended ? 1 : 0));
            source_.starts_.push_back(static_cast<std::uint32_t>(source_.text_.size()));
            take_line(check_line_end(line));
            if (ended) source_.text_ += '\n';
        }
        return std::move(source_);
    }

  private:
    [[nodiscard]] Span place(std::size_t offset, std::size_t length) const {
        const auto number = source_.line_count();
        return {number, static_cast<unsigned>(offset) + 1 + source_.column_shift(number),
                static_cast<unsigned>(length)};
    }

    std::size_t check_byte_order_mark(std::string_view text) {
        if (!text.starts_with(byte_order_mark)) return 0;
        findings_.error(code::windows_text, {1, 1, 3}, "the file begins with a byte order mark",
                        "save it as UTF-8 without one");
        source_.shift_ = byte_order_mark.size();
        return byte_order_mark.size();
    }

    std::string_view check_line_end(std::string_view line) {
        if (!line.ends_with('\r')) return line;
        line.remove_suffix(1);
        if (!seen_windows_end_)
            findings_.error(code::windows_text, place(line.size(), 1),
                            "lines end in CR LF as on Windows",
                            "save the file with Unix line ends");
        seen_windows_end_ = true;
        return line;
    }

    void take_line(std::string_view line) {
        const bool is_plain = is_plain_ascii(line);
        if (const auto bad = is_plain ? std::nullopt : find_bad_bytes(line)) {
            findings_.error(bad->code, place(bad->offset, bad->length), bad->message, bad->hint);
            source_.reported_.push_back(source_.line_count());
        }
        if (is_blank_or_comment(line) || is_directive(line)) return;
        in_head_ = false;
        source_.text_ += is_plain ? std::string(line) : without_bad_bytes(line);
    }

    // Only before the document begins; later a line that begins so is just no key.
    bool is_directive(std::string_view line) {
        if (!in_head_ || !line.starts_with('%')) return false;
        findings_.error(code::directive, place(0, line.size()),
                        "policy files have no YAML directives", "remove the line");
        return true;
    }

    Findings& findings_;
    SourceText source_;
    bool in_head_ = true; // nothing but comments so far
    bool seen_windows_end_ = false;
};

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
    return ByteChecker(findings).read(text);
}

} // namespace vmwarden::hostpolicy
