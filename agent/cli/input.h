// SPDX-License-Identifier: LGPL-2.1-or-later
// Files a person names on the command line.
#pragma once

#include <string>

namespace vmwarden::cli {

// The file's text, or standard input for "-". Reads at most `limit` bytes and one more, so that a
// reader with that limit still sees that there is more. Throws Failure.
std::string read_input(const std::string& file, std::size_t limit);

// Whether a word that may be a guest's name or a file's is the latter: it looks like one. A bare
// word is a guest's name even where a file is called so.
bool names_a_file(const std::string& word);

// What diagnostics call it: the name, "<stdin>" for "-".
std::string input_name(const std::string& file);

} // namespace vmwarden::cli
