// SPDX-License-Identifier: LGPL-2.1-or-later
// A file of a guest's own, made before a start: a copy of one that all share, or zeros.
#pragma once

#include "src/plan/launch_plan.h"

namespace vmwarden::executor {

// Whole or not at all, on disk before this returns; a file that is there already stays as it is.
// Links are not followed on either side. Throws LaunchError.
void make_new_file(const plan::NewFile& file);

} // namespace vmwarden::executor
