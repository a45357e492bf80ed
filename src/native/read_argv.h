// SPDX-License-Identifier: LGPL-2.1-or-later
// A command line of QEMU's to a definition.
#pragma once

#include "src/domain/guest_definition.h"

#include <string_view>

namespace vmwarden::native {

struct ImportedLine {
    // Absent exactly when the diagnostics have errors. Its name is empty where the line gives none;
    // with one it can be written and read again.
    std::optional<GuestDefinition> definition;
    // The importer of 2009 would have understood every word: read as it would, where QEMU's
    // defaults have changed since.
    bool of_2009 = false;
    Diagnostics diagnostics;
};

// `file` names the text in diagnostics. What the definition has no place for is kept in its raw
// arguments and variables; what would mean nothing there is left out. Each with a warning. Never
// throws on input, never opens a file.
ImportedLine read_argv(const std::string& file, std::string_view text);

} // namespace vmwarden::native
