// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "src/domain/guest_definition.h"

namespace vmwarden::native {

// What of a definition the line of 2009 cannot say: errors, each naming the element, and warnings
// for what it leaves out without harm.
Diagnostics legacy_limits(const GuestDefinition& definition);

} // namespace vmwarden::native
