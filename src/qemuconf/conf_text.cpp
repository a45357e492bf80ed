// SPDX-License-Identifier: LGPL-2.1-or-later
#include "src/qemuconf/conf_text.h"

#include "src/qemuconf/codes.h"

#include <limits>
#include <optional>

namespace vmwarden::qemuconf {

namespace {

constexpr std::string_view byte_order_mark = "\xef\xbb\xbf";
constexpr std::string_view three_quotes = "\"\"\"";

bool is_blank(char c) {
    return c == ' ' || c == '\t';
}
bool is_line_end(char c) {
    return c == '\n' || c == '\r';
}
bool is_letter(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}
bool is_digit(char c) {
    return c >= '0' && c <= '9';
}
bool is_name(char c) {
    return is_letter(c) || is_digit(c) || c == '_';
}

// Where in the text we are, with line and column.
class Cursor {
  public:
    explicit Cursor(std::string_view text)
      : text_(text) {}

    [[nodiscard]] bool at_end() const { return offset_ >= text_.size(); }
    // NUL at the end; one in the text is no character of the format either.
    [[nodiscard]] char peek() const { return at_end() ? '\0' : text_[offset_]; }
    [[nodiscard]] bool at_line_end() const { return at_end() || is_line_end(peek()); }
    [[nodiscard]] std::string_view rest() const { return text_.substr(offset_); }
    [[nodiscard]] bool starts_with(std::string_view word) const { return rest().starts_with(word); }
    [[nodiscard]] Span here() const {
        return {line_, static_cast<unsigned>(offset_ - line_start_ + 1), 1};
    }
    // From a place on this line up to here.
    [[nodiscard]] Span since(Span start) const {
        const auto end = here();
        start.length = end.line == start.line ? std::max(1U, end.column - start.column) : 1;
        return start;
    }
    void next() {
        if (at_end()) return;
        if (text_[offset_++] != '\n') return;
        ++line_;
        line_start_ = offset_;
    }
    template <class Predicate>
    std::string_view take_while(Predicate predicate) {
        const auto start = offset_;
        while (!at_end() && predicate(peek()))
            next();
        return text_.substr(start, offset_ - start);
    }
    void skip_blanks() { take_while(is_blank); }
    void skip_space() {
        take_while([](char c) { return is_blank(c) || is_line_end(c); });
    }
    void skip_line() {
        take_while([](char c) { return !is_line_end(c); });
    }
    // Only blanks stand before us on this line, and a letter after: where a statement may begin.
    [[nodiscard]] bool at_statement() const {
        const auto before = text_.substr(line_start_, offset_ - line_start_);
        return is_letter(peek()) && before.find_first_not_of(" \t") == std::string_view::npos;
    }

  private:
    std::string_view text_;
    std::size_t offset_ = 0;
    std::size_t line_start_ = 0;
    unsigned line_ = 1;
};

std::string shown(char c) {
    return "'" + std::string(1, c) + "'";
}

class ConfReader {
  public:
    ConfReader(std::string_view text, Findings& report)
      : cursor_(text)
      , report_(report) {}

    std::vector<ConfEntry> read() {
        refuse_byte_order_mark();
        while (cursor_.skip_space(), !cursor_.at_end()) {
            if (cursor_.peek() == '#')
                cursor_.skip_line();
            else if (!statement())
                resume();
        }
        return std::move(entries_);
    }

  private:
    void syntax(std::string message, std::string hint) {
        report_.error(code::syntax, cursor_.here(), std::move(message), std::move(hint));
    }

    void refuse_byte_order_mark() {
        if (!cursor_.starts_with(byte_order_mark)) return;
        syntax("a byte order mark", "save the file as plain UTF-8");
        for (std::size_t i = 0; i < byte_order_mark.size(); ++i)
            cursor_.next();
    }

    // On to the next line that does not look like the rest of a list.
    void resume() {
        constexpr std::string_view of_lists = "\"'[],0123456789";
        if (cursor_.at_statement()) return;
        do {
            cursor_.skip_line();
            cursor_.skip_space();
        } while (!cursor_.at_end() && of_lists.find(cursor_.peek()) != std::string_view::npos);
    }

    bool statement() {
        const auto start = cursor_.here();
        if (!is_letter(cursor_.peek())) {
            syntax("no option begins with " + shown(cursor_.peek()),
                   "write name = value; a comment begins with '#'");
            return false;
        }
        const std::string name(cursor_.take_while(is_name));
        const auto span = cursor_.since(start);
        cursor_.skip_blanks();
        if (cursor_.peek() != '=') {
            syntax("no '=' behind " + quoted(name), "write " + quoted(name + " = ..."));
            return false;
        }
        cursor_.next();
        cursor_.skip_blanks();
        auto value = read_value();
        if (!value) return false;
        entries_.push_back({name, span, std::move(*value)});
        return end_of_statement();
    }

    bool end_of_statement() {
        cursor_.skip_blanks();
        if (cursor_.at_line_end() || cursor_.peek() == '#') return true;
        if (cursor_.peek() == ';') {
            cursor_.next();
            return true;
        }
        syntax("more behind the value", "one option a line; numbers are whole, texts have no "
                                        "quotes of their own kind inside");
        return false;
    }

    std::optional<ConfValue> read_value() {
        if (cursor_.peek() == '[') return read_list();
        return read_scalar();
    }

    std::optional<ConfValue> read_scalar() {
        const char c = cursor_.peek();
        if (cursor_.starts_with(three_quotes)) return refuse_long_text();
        if (c == '"' || c == '\'') return read_text(c);
        if (is_digit(c) || c == '-' || c == '+') return read_number();
        if (cursor_.at_line_end() || c == '#')
            syntax("no value", "write one, or put '#' before the line");
        else
            syntax("no value begins with " + shown(c),
                   "texts stand in quotes; yes is 1 and no is 0");
        return std::nullopt;
    }

    std::optional<ConfValue> read_text(char quote) {
        const auto start = cursor_.here();
        cursor_.next();
        ConfValue value{ConfValue::Kind::text, start, 0, {}, {}};
        value.text = cursor_.take_while([&](char c) { return c != quote && !is_line_end(c); });
        if (cursor_.peek() != quote || cursor_.at_end()) {
            report_.error(code::unclosed_text, cursor_.since(start),
                          "the quote is not closed on its line",
                          std::string("end the text with ") + quote);
            return std::nullopt;
        }
        cursor_.next();
        value.span = cursor_.since(start);
        return value;
    }

    std::optional<ConfValue> refuse_long_text() {
        report_.error(code::long_text, cursor_.here(), "a text in three quotes",
                      "no option of qemu.conf needs one: write it in one quote, on one line");
        const auto end = cursor_.rest().find(three_quotes, three_quotes.size());
        if (end == std::string_view::npos) {
            cursor_.skip_line();
            return std::nullopt;
        }
        for (std::size_t i = 0; i < end + three_quotes.size(); ++i)
            cursor_.next();
        return std::nullopt;
    }

    std::optional<ConfValue> read_number() {
        const auto start = cursor_.here();
        const bool is_negative = cursor_.peek() == '-';
        if (!is_digit(cursor_.peek())) cursor_.next();
        const auto digits = cursor_.take_while(is_digit);
        if (digits.empty()) {
            syntax("no digits behind the sign", "write a whole number");
            return std::nullopt;
        }
        ConfValue value{ConfValue::Kind::number, cursor_.since(start), 0, {}, {}};
        for (const char digit : digits) {
            if (value.number > (std::numeric_limits<std::int64_t>::max() - 9) / 10) {
                report_.error(code::number_too_large, value.span, "the number is too large",
                              "libvirt would have taken it for another one");
                return std::nullopt;
            }
            value.number = value.number * 10 + (digit - '0');
        }
        if (is_negative) value.number = -value.number;
        return value;
    }

    // None if anything is wrong with it; what is right in it is read even so, to find more.
    std::optional<ConfValue> read_list() {
        ConfValue list{ConfValue::Kind::list, cursor_.here(), 0, {}, {}};
        bool is_good = true;
        bool comma_due = false;
        cursor_.next();
        for (;;) {
            cursor_.skip_space();
            if (cursor_.at_end() || cursor_.at_statement()) {
                report_.error(code::unclosed_list, list.span, "the list is never closed",
                              "end it with ']'");
                return std::nullopt;
            }
            if (cursor_.peek() == ']') break;
            if (cursor_.peek() == '#') {
                syntax("a comment inside a list", "libvirt takes none there: put it before");
                cursor_.skip_line();
                is_good = false;
            } else if (cursor_.peek() == ',' && comma_due) {
                cursor_.next();
                comma_due = false;
            } else {
                is_good = read_item(list, comma_due) && is_good;
                comma_due = true;
            }
        }
        cursor_.next();
        if (!is_good) return std::nullopt;
        return list;
    }

    bool read_item(ConfValue& list, bool comma_due) {
        if (cursor_.peek() == ',') {
            syntax("no value before the comma", "write one, or remove the comma");
            cursor_.next();
            return false;
        }
        if (comma_due) syntax("no comma between two values", "separate them with ','");
        if (cursor_.peek() == '[') return refuse_nested_list();
        auto item = read_scalar();
        if (!item) {
            cursor_.take_while([](char c) { return c != ',' && c != ']' && !is_line_end(c); });
            return false;
        }
        list.items.push_back(std::move(*item));
        return !comma_due;
    }

    // Skips to its end without looking inside, so that depth costs nothing.
    bool refuse_nested_list() {
        report_.error(code::nested_list, cursor_.here(), "a list inside a list",
                      "no option of qemu.conf takes one");
        std::size_t open = 0;
        do {
            if (cursor_.peek() == '[') ++open;
            if (cursor_.peek() == ']') --open;
            cursor_.next();
            if (open == 0) break;
            cursor_.take_while([](char c) { return c != '[' && c != ']' && !is_line_end(c); });
            cursor_.skip_space();
        } while (!cursor_.at_end() && !cursor_.at_statement());
        return false;
    }

    Cursor cursor_;
    Findings& report_;
    std::vector<ConfEntry> entries_;
};

} // namespace

std::vector<ConfEntry> read_conf(std::string_view text, Findings& report) {
    return ConfReader(text, report).read();
}

} // namespace vmwarden::qemuconf
