// SPDX-License-Identifier: LGPL-2.1-or-later
// The parts of unsupported(), a file for each kind of thing.
#pragma once

#include "src/domain/guest_definition.h"

#include <string_view>

namespace vmwarden::qemu {

void check_drives(Diagnostics& found, const GuestDefinition& definition);
void check_devices(Diagnostics& found, const GuestDefinition& definition);
void check_host_devices(Diagnostics& found, const GuestDefinition& definition);

// Text that QEMU, or a terminal that shows it, would not take as it stands: control characters and
// what is not UTF-8.
void check_text(Diagnostics& found, const SourcePlace& place, std::string_view what,
                std::string_view text);

// check_text(), and the names that QEMU does not take for files.
void check_path(Diagnostics& found, const SourcePlace& place, std::string_view what,
                std::string_view path);

// A bare word, which QEMU can only read as one: letters, digits and . _ + -, led by a letter or
// digit.
bool plain_word(std::string_view word);

} // namespace vmwarden::qemu
