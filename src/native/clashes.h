// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "src/domain/guest_definition.h"

namespace vmwarden::native {

// Warns of each id that the raw arguments give to something of theirs and the launcher to something
// of the definition's: QEMU would refuse the second.
void warn_of_ids(Diagnostics& found, const GuestDefinition& definition);

} // namespace vmwarden::native
