// SPDX-License-Identifier: LGPL-2.1-or-later
// The a{sv} that ends every method's arguments.
#pragma once

#include "agent/bus/sdbus_compat.h"
#include "agent/supervisor/failure.h"

#include <chrono>
#include <optional>
#include <span>
#include <string_view>

namespace vmwarden::bus {

struct Options {
    bool interactive = true;          // not "auth.no_user_interaction" (b)
    bool wait = false;                // "wait" (b): answer when the job has ended
    std::optional<std::string> file;  // "file" (s): what diagnostics call the text given
    std::chrono::seconds timeout{90}; // "timeout" (u): of a shutdown
    bool nvram = false;               // "nvram" (b): the guest's firmware variables as well
    std::string dialect = "modern";   // "dialect" (s): of a command line
};

// `known` are the keys this method takes beside auth.no_user_interaction. Any other key, and a
// value of another type, is Failure invalid_option naming it.
supervisor::Outcome<Options> read_options(const Dictionary& given,
                                          std::span<const std::string_view> known);

} // namespace vmwarden::bus
