// SPDX-License-Identifier: LGPL-2.1-or-later
// The agent's log: the journal with fields when we run under it, else stderr with sd-daemon(3)
// prefixes.
#pragma once

#include <string>
#include <syslog.h>
#include <utility>
#include <vector>

namespace vmwarden::supervisor {

// `priority` is one of LOG_ERR, LOG_WARNING, LOG_NOTICE, LOG_INFO, LOG_DEBUG; `guest` becomes the
// field GUEST=. Any thread. Control characters are shown as '?', newlines kept.
void log(int priority, const std::string& message, const std::string& guest = {});

// With fields of one's own, as {"POLICY_FILE", "/etc/..."}.
using LogFields = std::vector<std::pair<std::string, std::string>>;
void log_with(const LogFields& fields, int priority, const std::string& message);

} // namespace vmwarden::supervisor
