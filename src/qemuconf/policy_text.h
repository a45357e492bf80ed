// SPDX-License-Identifier: LGPL-2.1-or-later
// The policy file that an import makes.
#pragma once

#include "src/qemuconf/convert.h"

#include <span>
#include <string>
#include <string_view>

namespace vmwarden::qemuconf {

// A key with its value, and the option it came from.
struct PolicyLine {
    std::string_view option;
    std::string_view key; // "limits.processes"
    Span span;            // of the option
    Span value_span;
    YamlValue value;
};

// Keys of one section stand together, where its first one does. Those that `is_known` does not know
// are written as comments.
std::string policy_text(std::string_view source, std::span<const PolicyLine> lines,
                        bool (*is_known)(std::string_view key));

} // namespace vmwarden::qemuconf
