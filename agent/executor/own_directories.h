// SPDX-License-Identifier: LGPL-2.1-or-later
// Our directories follow the policy's user and group (docs/adr/0021).
#pragma once

#include "agent/executor/applied_accounts.h"
#include "agent/executor/places.h"

#include <optional>
#include <set>
#include <string>
#include <vector>

namespace vmwarden::executor {

struct OwnDirectory {
    std::string path;
    bool guests_own = false; // as judge() takes it
};

struct OwnPlaces {
    std::string record; // the directory, root's alone, that keeps the accounts applied
    std::vector<OwnDirectory> directories;
};
const OwnPlaces& system_own_places();

struct OwnershipPass {
    bool complete = true;         // nothing is left for a later one
    std::string done;             // in a sentence; empty: there was nothing to do
    std::vector<std::string> log; // what was passed over and why, a line each
};

// Gives what belongs to accounts applied before to `now`. `installed` is the build's account, which
// applied before there was a record. Files in `in_use`, and those that restore journals name, are
// left for a later pass. Safe to be cut short at any point. Throws when it could not begin. One at
// a time.
OwnershipPass give_own_directories(const Owner& now, const std::optional<Owner>& installed,
                                   std::set<FileId> in_use, const Places& places = system_places(),
                                   const OwnPlaces& own = system_own_places());

} // namespace vmwarden::executor
