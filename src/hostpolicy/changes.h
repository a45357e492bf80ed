// SPDX-License-Identifier: LGPL-2.1-or-later
// What the lines of a file, or of a rule, do to a policy: `key:`, `key+:`, `key-:`.
#pragma once

#include "src/hostpolicy/document.h"
#include "src/hostpolicy/keys.h"

namespace vmwarden::hostpolicy {

struct ReadChange {
    Change change;
    Span span; // of the key
};

// The key an entry writes about, without its '+' or '-', and which of these it had.
struct ChangedKey {
    std::string name;
    ChangeKind kind = ChangeKind::set;
};
ChangedKey changed_key(std::string_view key);

// Every key that the entries change, those of sections included, in the order written. A key that
// is unknown, or is not `scope`'s to change, is reported and left out.
std::vector<ReadChange> read_changes(const std::vector<Entry>& entries, Key::Scope scope,
                                     Findings& findings);

// Makes the change. Set: replaces, except that networks and locks are joined. Add: appends what is
// not there yet. Remove: takes out what is there.
void apply(const Change& change, HostPolicy& policy);

// Those of a removal's items that the policy's list does not have: line and text, for a warning.
std::vector<Setting<std::string>> missing_items(const Change& removal, const HostPolicy& policy);

} // namespace vmwarden::hostpolicy
