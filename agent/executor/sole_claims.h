// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "agent/executor/file_claims.h"
#include "agent/executor/places.h"

namespace vmwarden::executor {

// What goes back to `original` when this guest ends, because it alone has changed it; none for a
// guest without a restore journal. Throws DamagedJournal.
std::vector<FileClaim> sole_claims(const std::string& guest,
                                   const Places& places = system_places());

} // namespace vmwarden::executor
