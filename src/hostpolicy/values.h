// SPDX-License-Identifier: LGPL-2.1-or-later
// What is written at a key, as the type the key has: by the schema, never by look. A bare 'no' is a
// text wherever a text is due and an error wherever a bool is.
#pragma once

#include "src/hostpolicy/document.h"
#include "src/hostpolicy/keys.h"

#include <optional>

namespace vmwarden::hostpolicy {

// Reads the entry's value into the key's place in `policy`, with its origin, or reports why not and
// gives false.
bool read_value(const Key& key, const Entry& entry, HostPolicy& policy, Findings& findings);

// The one-value reader by itself, for words that are no keys: `what` names them in messages.
template <class Value>
std::optional<Value> read_scalar(std::string_view what, const Node& node, TextRule rule,
                                 Findings& findings);

} // namespace vmwarden::hostpolicy
