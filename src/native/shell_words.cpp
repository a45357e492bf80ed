// SPDX-License-Identifier: LGPL-2.1-or-later
#include "src/native/shell_words.h"

#include "src/base/text.h"

namespace vmwarden::native {

namespace {

constexpr std::size_t most_problems = 20;

bool is_name_character(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

class Splitter {
  public:
    Splitter(const std::string& file, std::string_view text, Diagnostics& problems)
      : file_(file)
      , text_(text)
      , problems_(problems) {}

    std::vector<Word> run() {
        while (skip_to_word() && !full()) {
            words_.push_back({{}, here()});
            read_word();
            if (words_.back().text.size() > max_word_bytes)
                error(words_.back().place, "a word of the line has more than " +
                                               std::to_string(max_word_bytes) + " bytes");
        }
        return std::move(words_);
    }

  private:
    const std::string& file_;
    std::string_view text_;
    Diagnostics& problems_;
    std::vector<Word> words_;
    std::size_t at_ = 0;
    std::size_t found_ = 0;
    unsigned line_ = 1;
    std::size_t line_start_ = 0;

    [[nodiscard]] bool done() const { return at_ >= text_.size(); }
    [[nodiscard]] char look(std::size_t ahead = 0) const {
        return at_ + ahead < text_.size() ? text_[at_ + ahead] : '\0';
    }
    [[nodiscard]] SourcePlace here() const {
        return {file_, line_, static_cast<unsigned>(at_ - line_start_ + 1)};
    }
    void error(const SourcePlace& place, const std::string& message, const std::string& hint = {}) {
        if (++found_ <= most_problems) problems_.error(place, message, hint);
    }
    [[nodiscard]] bool full() {
        if (found_ > most_problems) return true;
        if (words_.size() < max_words) return false;
        error(here(), "the line has more than " + std::to_string(max_words) + " words");
        return true;
    }

    char advance() {
        const char c = text_[at_++];
        if (c == '\n') {
            ++line_;
            line_start_ = at_;
        }
        return c;
    }
    void put(char c) { words_.back().text += c; }

    // Over a backslash and the line end behind it.
    bool skip_continuation() {
        if (look() != '\\') return false;
        const std::size_t length = look(1) == '\n' ? 2 : look(1) == '\r' && look(2) == '\n' ? 3 : 0;
        if (length == 0 && at_ + 1 != text_.size()) return false;
        for (std::size_t i = 0; i < length; ++i)
            advance();
        if (length == 0) advance(); // at the very end, where the next line was not pasted
        return true;
    }
    static bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

    bool skip_to_word() {
        while (!done()) {
            if (is_blank(look()))
                advance();
            else if (look() == '#')
                while (!done() && look() != '\n')
                    advance();
            else if (!skip_continuation())
                return true;
        }
        return false;
    }

    void read_word() {
        if (look() == '~' && words_.back().text.empty())
            error(here(), "a shell would put a home directory in the place of '~'",
                  "write the directory");
        while (!done() && !is_blank(look()))
            read_piece();
    }

    void read_piece() {
        if (skip_continuation()) return;
        const char c = look();
        if (c == '\'') return read_single();
        if (c == '"') return read_double();
        if (c == '\\') {
            advance();
            return put(advance());
        }
        if (std::string_view(";&|<>()").find(c) != std::string_view::npos)
            error(here(), std::string("'") + c + "' means something to a shell, not to QEMU",
                  "give the one command alone, or put the character in single quotes");
        check_expansion();
        put(advance());
    }

    void read_single() {
        const auto start = here();
        advance();
        while (!done() && look() != '\'')
            put(advance());
        close(start);
    }

    void read_double() {
        const auto start = here();
        advance();
        while (!done() && look() != '"') {
            if (skip_continuation()) continue;
            const bool escape = look() == '\\' &&
                                std::string_view("$`\"\\").find(look(1)) != std::string_view::npos;
            if (escape)
                advance();
            else
                check_expansion();
            put(advance());
        }
        close(start);
    }

    void close(const SourcePlace& start) {
        if (done()) return error(start, "this quotation mark has no second one");
        advance();
    }

    void check_expansion() {
        const char next = look(1);
        const bool parameter =
            look() == '$' &&
            (is_name_character(next) ||
             (next != '\0' && std::string_view("({@*#?$!-'\"").find(next) != std::string::npos));
        if (!parameter && look() != '`') return;
        error(here(), "a shell would put something else in the place of '" + expansion() + "'",
              "write what it stands for, or put it in single quotes if it is meant as it is");
    }
    [[nodiscard]] std::string expansion() const {
        std::size_t length = 1;
        while (length < 32 && is_name_character(look(length)))
            ++length;
        return std::string(text_.substr(at_, length));
    }
};

// Blanks and line ends aside, what XML can carry and a terminal can show.
bool well_formed(const std::string& file, std::string_view text, Diagnostics& problems) {
    if (text.size() > max_line_bytes) {
        problems.error({file},
                       "the text is larger than " + std::to_string(max_line_bytes) + " bytes");
        return false;
    }
    if (first_invalid_utf8(text)) {
        problems.error({file}, "the text is not UTF-8");
        return false;
    }
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        if ((byte < 0x20 && c != '\n' && c != '\r' && c != '\t') || byte == 0x7f) {
            problems.error({file}, "the text has a control character");
            return false;
        }
    }
    return true;
}

} // namespace

std::vector<Word> shell_words(const std::string& file, std::string_view text,
                              Diagnostics& problems) {
    if (!well_formed(file, text, problems)) return {};
    return Splitter(file, text, problems).run();
}

} // namespace vmwarden::native
