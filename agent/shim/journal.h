// SPDX-License-Identifier: LGPL-2.1-or-later
// A line in the journal, of the guest's scope, which this process is in.
#pragma once

#include <string>

namespace vmwarden::shim {

// A warning, and the same on the standard error, which is the guest's log. Best effort: a host
// without a journal loses the line. `message` has no newline.
void say_in_journal(const std::string& guest, const std::string& message,
                    const char* socket = "/run/systemd/journal/socket");

} // namespace vmwarden::shim
