// SPDX-License-Identifier: LGPL-2.1-or-later
// A command line of QEMU's: variables, the program, options each with its argument.
#pragma once

#include "src/native/shell_words.h"

#include <optional>

namespace vmwarden::native {

struct Variable {
    std::string name;
    std::string value;
    SourcePlace place;
};

struct Option {
    std::string name; // without dashes
    Word word;        // as written
    std::optional<Word> argument;
    std::size_t order = 0; // in the line
    // The argument, empty where there is none.
    [[nodiscard]] const std::string& value() const;
    // "-name argument", shortened, for messages.
    [[nodiscard]] std::string text() const;
};

struct Line {
    std::vector<Variable> environment;
    Word program;
    std::vector<Option> options;
};

// None, with errors, when there is no program or an argument is missing. A word that is no option
// is the image of the first hard disk, as QEMU has it.
std::optional<Line> read_line(std::vector<Word> words, Diagnostics& problems);

// QEMU's own, of any release since 0.8.
bool is_option(std::string_view name);
// The known option nearest to this, as "did you mean …".
std::string option_hint(std::string_view name);

} // namespace vmwarden::native
