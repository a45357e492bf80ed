// SPDX-License-Identifier: LGPL-2.1-or-later
// The agent's log: the journal with fields when we run under it, else stderr with sd-daemon(3)
// prefixes.
#pragma once

#include <string>
#include <syslog.h>

namespace vmwarden::supervisor {

// `priority` is one of LOG_ERR, LOG_WARNING, LOG_NOTICE, LOG_INFO, LOG_DEBUG; `guest` becomes the
// field GUEST=. Any thread. Control characters are shown as '?', newlines kept.
void log(int priority, const std::string& message, const std::string& guest = {});

} // namespace vmwarden::supervisor
