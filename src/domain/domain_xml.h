// SPDX-License-Identifier: LGPL-2.1-or-later
// Domain XML to GuestDefinition and back. The only door: libxml2 ends behind it.
#pragma once

#include "src/domain/guest_definition.h"
#include "src/domain/running_labels.h"

#include <string_view>

namespace vmwarden {

struct ReadDomain {
    std::optional<GuestDefinition> definition; // absent exactly when the diagnostics have errors
    Diagnostics diagnostics;                   // all of them, each with a place
};

// `file` names the text in diagnostics. An element, attribute or value that is not understood is an
// error. Never throws on input; never opens a file or a connection.
ReadDomain read_domain(const std::string& file, std::string_view xml);

// The definition as domain XML; reading that gives the same definition again, places aside.
std::string write_domain(const GuestDefinition& definition);

// Likewise of a guest that runs, with the labels that it has now. Reading it gives the definition
// again, but for <seclabel> of models that it does not name.
std::string write_running_domain(const GuestDefinition& definition, const RunningLabels& labels);

// Limits; a larger or deeper document is refused before it is parsed further.
constexpr std::size_t max_domain_bytes = 1024 * 1024;
constexpr unsigned max_domain_depth = 64;

} // namespace vmwarden
