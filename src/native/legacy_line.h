// SPDX-License-Identifier: LGPL-2.1-or-later
// A definition to the command line of 2009.
#pragma once

#include "src/domain/guest_definition.h"

#include <span>

namespace vmwarden::native {

// A line, or why there is none.
struct NativeLine {
    std::optional<std::string> text; // one line without its end; absent exactly after errors
    Diagnostics diagnostics;
};

// The variables that the exporter of 2009 took over from its own surroundings, in its order.
std::vector<std::string> legacy_variables();

// The words and their order are the exporter's of August 2009 with the QEMU of its documentation:
// -name, -drive and -no-kqemu, no -uuid. What those words cannot say is an error that names the
// element; what no line says (title, UUID, …) a warning. Words are quoted only where a shell needs
// it. `environment` are the values of legacy_variables(), of those that are set.
NativeLine legacy_line(const GuestDefinition& definition,
                       std::span<const RawVariable> environment = {});

} // namespace vmwarden::native
