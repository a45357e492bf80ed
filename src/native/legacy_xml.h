// SPDX-License-Identifier: LGPL-2.1-or-later
// A definition in the domain XML of 2009.
#pragma once

#include "src/domain/guest_definition.h"

namespace vmwarden::native {

// What the importer of 2009 wrote of such a line: memory counted in KiB without a unit, a UUID of
// zeros where there is none, <driver> only where it says something. Reading it gives the definition
// again, that UUID aside. Of definitions that read_argv() calls of_2009.
std::string legacy_xml(const GuestDefinition& definition);

} // namespace vmwarden::native
