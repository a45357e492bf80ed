// SPDX-License-Identifier: LGPL-2.1-or-later
// The shim's end of the control socket (protocol.h).
#pragma once

#include "agent/shim/outcome.h"
#include "agent/shim/protocol.h"
#include "src/base/unique_fd.h"

#include <string_view>
#include <vector>

namespace vmwarden::shim {

// Waits for one request of this kind and takes its descriptors, close-on-exec. Any other message is
// EPROTO; a closed socket is ECONNRESET; a stop signal that arrives first (`signals` is a signalfd)
// is EINTR.
Outcome receive(int socket, int signals, Request expected, std::vector<UniqueFd>& descriptors);

// The same for a request of any kind.
Outcome receive_any(int socket, int signals, Request& found, std::vector<UniqueFd>& descriptors);

Outcome report(int socket, const Report& report, int descriptor = -1);
Outcome report_failure(int socket, std::string_view step, Outcome why);

} // namespace vmwarden::shim
