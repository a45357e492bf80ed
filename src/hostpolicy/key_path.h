// SPDX-License-Identifier: LGPL-2.1-or-later
// What a person names a key and its value by, outside of any file.
#pragma once

#include "src/hostpolicy/edit.h"

#include <variant>

namespace vmwarden::hostpolicy {

// Keys from the outside in; never empty.
using KeyPath = std::vector<std::string>;

// What is wrong with a word, and how to mend it.
struct BadWord {
    std::string message;
    std::string hint;
};

// The forms are edit.h's.
std::variant<KeyPath, BadWord> parse_path(std::string_view path);
std::variant<KeyText, BadWord> parse_value(std::string_view value);

} // namespace vmwarden::hostpolicy
