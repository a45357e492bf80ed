// SPDX-License-Identifier: LGPL-2.1-or-later
// What every guest sees of the host's files: what an emulator and its libraries open. The same for
// all, so no plan lists it.
#pragma once

#include "src/plan/launch_plan.h"

#include <vector>

namespace vmwarden::plan {

// Binds of kind `system`, outer before inner. /etc only in parts: the rest of it is passwords, keys
// and what the host is for.
std::vector<Bind> host_system();

} // namespace vmwarden::plan
