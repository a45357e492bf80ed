// SPDX-License-Identifier: LGPL-2.1-or-later
#include "src/hostpolicy/syntax_error.h"

#include "src/hostpolicy/codes.h"
#include "src/hostpolicy/keys.h"

#include <yaml-cpp/exceptions.h>

#include <algorithm>
#include <array>

namespace vmwarden::hostpolicy {

namespace {

constexpr std::string_view word_characters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                             "0123456789_-.+";

struct OpenMark {
    char character;
    Span span;
};

// Finds the bracket or quote that an entry leaves open. Knows just enough YAML for that: comments,
// and that a quote inside a word is a letter.
class BracketFinder {
  public:
    void read(std::string_view line, unsigned number, unsigned shift) {
        for (std::size_t i = 0; i < line.size(); ++i) {
            const Span here{number, static_cast<unsigned>(i) + 1 + shift, 1};
            if (quote_)
                i = read_quoted(line, i);
            else if (line[i] == '#' && (i == 0 || line[i - 1] == ' '))
                break;
            else
                read_plain(line[i], here);
            if (line[i] != ' ') previous_ = line[i];
        }
        if (!quote_) previous_ = ':'; // a new line may begin with a quoted text
    }
    [[nodiscard]] std::optional<OpenMark> left_open() const {
        if (quote_) return quote_;
        if (!brackets_.empty()) return brackets_.back();
        return std::nullopt;
    }
    [[nodiscard]] std::optional<std::pair<OpenMark, OpenMark>> mismatch() const {
        return mismatch_;
    }

  private:
    std::size_t read_quoted(std::string_view line, std::size_t i) {
        const char quote = quote_->character;
        if (quote == '"' && line[i] == '\\') return std::min(i + 1, line.size() - 1);
        if (line[i] != quote) return i;
        if (quote == '\'' && i + 1 < line.size() && line[i + 1] == '\'') return i + 1;
        quote_.reset();
        return i;
    }
    void read_plain(char c, Span here) {
        const bool text_may_begin =
            std::string_view(":,[{-?").find(previous_) != std::string_view::npos;
        if ((c == '"' || c == '\'') && text_may_begin)
            quote_ = OpenMark{c, here};
        else if ((c == '[' || c == '{') && (text_may_begin || !brackets_.empty()))
            brackets_.push_back({c, here});
        else if ((c == ']' || c == '}') && !brackets_.empty())
            close_bracket({c, here});
    }
    void close_bracket(OpenMark closing) {
        const char wanted = brackets_.back().character == '[' ? ']' : '}';
        if (closing.character != wanted && !mismatch_)
            mismatch_ = std::pair(brackets_.back(), closing);
        brackets_.pop_back();
    }

    std::vector<OpenMark> brackets_;
    std::optional<OpenMark> quote_;
    std::optional<std::pair<OpenMark, OpenMark>> mismatch_;
    char previous_ = ':';
};

bool report_brackets(const SourceText& source, LineRange entry, Findings& findings) {
    BracketFinder finder;
    for (unsigned n = entry.first; n <= entry.last; ++n)
        finder.read(source.line(n), n, source.column_shift(n));
    if (const auto mismatch = finder.mismatch()) {
        const auto& [opening, closing] = *mismatch;
        findings.error(code::unclosed_bracket, closing.span,
                       std::string("'") + opening.character + "' of line " +
                           std::to_string(opening.span.line) + " is closed by '" +
                           closing.character + "'",
                       "use a matching pair");
        return true;
    }
    const auto open = finder.left_open();
    if (!open) return false;
    const bool is_quote = open->character == '"' || open->character == '\'';
    const char closing = open->character == '[' ? ']' : '}';
    if (is_quote)
        findings.error(code::unclosed_quote, open->span, "this quote is never closed",
                       "end the text with another one on the same line");
    else
        findings.error(code::unclosed_bracket, open->span,
                       std::string("this '") + open->character + "' is never closed",
                       std::string("close it with '") + closing + "'");
    return true;
}

bool report_missing_space(const SourceText& source, LineRange entry, Findings& findings) {
    for (unsigned n = entry.first; n <= entry.last; ++n) {
        const auto slip = missing_space(source.line(n));
        if (!slip) continue;
        findings.error(code::no_space_after_colon,
                       {n, slip->column + source.column_shift(n), slip->length}, slip->message,
                       slip->hint);
        return true;
    }
    return false;
}

struct Translation {
    std::string_view complaint; // how yaml-cpp's begins
    std::string_view code;
    std::string_view message;
    std::string_view hint;
};

const std::array translations = {
    Translation{multi_line_complaint, code::multi_line_text, "a text of several lines",
                "put it on one line; or is a dash or a comma missing?"},
    Translation{YAML::ErrorMsg::MAP_VALUE, code::syntax, "a ':' where no key can stand",
                "quote a text that holds ': '"},
    Translation{YAML::ErrorMsg::MAP_KEY, code::syntax, "a key where none can stand",
                "begin each key on its own line"},
    Translation{YAML::ErrorMsg::BLOCK_ENTRY, code::syntax, "a '- ' where no list can begin",
                "begin each '- ' on its own line, or write [a, b]"},
    Translation{YAML::ErrorMsg::END_OF_MAP, code::indentation, "this does not fit the lines above",
                "indent it as its neighbours, or write "
                "'key: value'"},
    Translation{YAML::ErrorMsg::END_OF_SEQ, code::indentation, "this does not fit the list above",
                "begin it with '- ', indented as the others"},
    Translation{YAML::ErrorMsg::FLOW_END, code::unclosed_bracket,
                "nothing is open to be closed here", "remove the bracket"},
    Translation{YAML::ErrorMsg::UNKNOWN_TOKEN, code::syntax,
                "no text can begin with this character", "put the text in quotes"},
    Translation{YAML::ErrorMsg::UNKNOWN_ANCHOR, code::alias, "policy files have no aliases",
                "write the value out; a text that begins with '*' needs quotes"},
    Translation{YAML::ErrorMsg::ALIAS_NOT_FOUND, code::alias, "policy files have no aliases",
                "a text that begins with '*' needs quotes"},
    Translation{YAML::ErrorMsg::CHAR_IN_ALIAS, code::alias, "policy files have no aliases",
                "a text that begins with '*' needs quotes"},
    Translation{YAML::ErrorMsg::ALIAS_CONTENT, code::alias, "policy files have no aliases",
                "write the value out"},
    Translation{YAML::ErrorMsg::ANCHOR_NOT_FOUND, code::anchor, "policy files have no anchors",
                "a text that begins with '&' needs quotes"},
    Translation{YAML::ErrorMsg::CHAR_IN_ANCHOR, code::anchor, "policy files have no anchors",
                "a text that begins with '&' needs quotes"},
    Translation{YAML::ErrorMsg::MULTIPLE_ANCHORS, code::anchor, "policy files have no anchors",
                "remove them"},
    Translation{YAML::ErrorMsg::MULTIPLE_TAGS, code::tag, "policy files have no tags",
                "remove them"},
    Translation{YAML::ErrorMsg::CHAR_IN_TAG_HANDLE, code::tag, "policy files have no tags",
                "a text that begins with '!' needs quotes"},
    Translation{YAML::ErrorMsg::TAG_WITH_NO_SUFFIX, code::tag, "policy files have no tags",
                "a text that begins with '!' needs quotes"},
    Translation{YAML::ErrorMsg::END_OF_VERBATIM_TAG, code::tag, "policy files have no tags",
                "a text that begins with '!' needs quotes"},
    Translation{YAML::ErrorMsg::INVALID_ESCAPE, code::syntax, "no such escape in double quotes",
                "write '\\\\' for a backslash, or use single quotes"},
    Translation{YAML::ErrorMsg::INVALID_HEX, code::syntax, "a broken escape in double quotes",
                "write '\\\\' for a backslash, or use single quotes"},
    Translation{YAML::ErrorMsg::INVALID_UNICODE, code::syntax, "an escape that is no character",
                "write the character itself"},
    Translation{YAML::ErrorMsg::DOC_IN_SCALAR, code::unclosed_quote,
                "a document ends inside quotes", "close the quotes"},
};

std::size_t indentation_of(std::string_view line) {
    const auto first = line.find_first_not_of(' ');
    return first == std::string_view::npos ? line.size() : first;
}

// "user: qemu" followed by an indented "group: qemu".
bool report_indented_key(const SourceText& source, LineRange entry, Findings& findings) {
    const auto value = source.line(entry.first).find(": ");
    if (value == std::string_view::npos) return false;
    for (unsigned n = entry.first + 1; n <= entry.last; ++n) {
        const auto indent = indentation_of(source.line(n));
        if (indent == 0 || !begins_entry(source.line(n).substr(indent))) continue;
        findings.error(code::indentation, {n, 1, static_cast<unsigned>(indent)},
                       "a key is indented, though the one above has its value already",
                       "remove the blanks before it");
        return true;
    }
    return false;
}

} // namespace

std::optional<Slip> missing_space(std::string_view line) {
    const auto start = indentation_of(line);
    const auto word = line.substr(start);
    const auto colon = word.find(':');
    if (colon == std::string_view::npos || colon + 1 >= word.size() || word[colon + 1] == ' ')
        return std::nullopt;
    if (find_key(word.substr(0, colon)) == nullptr) return std::nullopt;
    return Slip{static_cast<unsigned>(start + colon) + 1, 1, "no space after the colon",
                "write '" + std::string(word.substr(0, colon)) + ": ...'"};
}

std::optional<Slip> missing_colon(std::string_view line) {
    if (line.empty() || line[0] == '-' || line == "..." || begins_entry(line)) return std::nullopt;
    const auto end = std::min(line.size(), line.find_first_not_of(word_characters));
    if (end == 0) return std::nullopt;
    return Slip{1, static_cast<unsigned>(end), "no ':' behind the key",
                "write '" + std::string(line.substr(0, std::min<std::size_t>(end, 64))) + ": ...'"};
}

bool takes_lines_below(std::string_view complaint) {
    return complaint == multi_line_complaint || complaint == YAML::ErrorMsg::MAP_VALUE ||
           complaint == YAML::ErrorMsg::END_OF_MAP;
}

bool begins_entry(std::string_view line) {
    auto rest = line;
    const char quote = line.starts_with('"') || line.starts_with('\'') ? line[0] : '\0';
    if (quote != '\0') rest.remove_prefix(1);
    const auto end = rest.find_first_not_of(word_characters);
    if (end == std::string_view::npos || end == 0 || rest[0] == '-') return false;
    rest.remove_prefix(end);
    if (quote != '\0') {
        if (rest[0] != quote) return false;
        rest.remove_prefix(1);
    }
    const auto colon = rest.find_first_not_of(' ');
    if (colon == std::string_view::npos || rest[colon] != ':') return false;
    return colon + 1 == rest.size() || rest[colon + 1] == ' ' || find_key(line.substr(0, end));
}

void report_syntax_error(const SourceText& source, LineRange entry, std::string_view complaint,
                         Span place, Findings& findings) {
    if (report_brackets(source, entry, findings)) return;
    if (report_missing_space(source, entry, findings)) return;
    if (report_indented_key(source, entry, findings)) return;
    const auto known =
        std::find_if(translations.begin(), translations.end(),
                     [&](const Translation& t) { return complaint.starts_with(t.complaint); });
    if (known != translations.end())
        findings.error(known->code, place, std::string(known->message), std::string(known->hint));
    else
        findings.error(code::syntax, place, "this is not YAML: " + std::string(complaint),
                       "quote texts with special characters");
}

} // namespace vmwarden::hostpolicy
