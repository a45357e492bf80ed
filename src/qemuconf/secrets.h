// SPDX-License-Identifier: LGPL-2.1-or-later
// qemu.conf may set passwords.
#pragma once

#include "src/base/diagnostic.h"

#include <string_view>

namespace vmwarden::qemuconf {

// What is about a line of `text` that sets a password loses its column, so that nobody shows the
// line.
Diagnostics without_secrets(const Diagnostics& found, std::string_view text);

} // namespace vmwarden::qemuconf
