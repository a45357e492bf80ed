// SPDX-License-Identifier: LGPL-2.1-or-later
// What is written at a key, as the type the key has: by the schema, never by look. A bare 'no' is a
// text wherever a text is due and an error wherever a bool is.
#pragma once

#include "src/hostpolicy/document.h"
#include "src/hostpolicy/keys.h"

namespace vmwarden::hostpolicy {

// Reads the entry's value into the key's place in `policy`, with its origin, or reports why not.
void read_value(const Key& key, const Entry& entry, HostPolicy& policy, Findings& findings);

} // namespace vmwarden::hostpolicy
