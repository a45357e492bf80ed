// SPDX-License-Identifier: LGPL-2.1-or-later
// A command line as a person pastes it, taken apart into words as a shell would, without running
// anything.
#pragma once

#include "src/base/diagnostic.h"

#include <string>
#include <string_view>
#include <vector>

namespace vmwarden::native {

struct Word {
    std::string text;
    SourcePlace place; // where it begins
};

constexpr std::size_t max_line_bytes = 1024 * 1024;
constexpr std::size_t max_words = 2048;
constexpr std::size_t max_word_bytes = 64 * 1024; // what <qemu:arg> takes

// Single and double quotes, backslashes, a backslash before a line end, and comments are read as
// POSIX sh reads them; a bare line end separates words like a blank. What a shell would replace or
// act on ($, `, ~, operators) is an error, since what it stood for is not known here.
std::vector<Word> shell_words(const std::string& file, std::string_view text,
                              Diagnostics& problems);

} // namespace vmwarden::native
