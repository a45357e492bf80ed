// SPDX-License-Identifier: LGPL-2.1-or-later
// What of this host still carries ids that guests had.
#pragma once

#include "agent/executor/guest_ids.h"

namespace vmwarden::executor {

// Ids of the range, as users or groups, of processes, of files in the guests' directories, of files
// that restore journals will give back. Throws when it cannot be known: an id that
// something carries must not be given to another guest.
std::set<std::uint32_t> carried_ids(IdRange range, const Places& places, const IdPlaces& ids);

} // namespace vmwarden::executor
