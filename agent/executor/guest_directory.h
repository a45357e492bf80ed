// SPDX-License-Identifier: LGPL-2.1-or-later
// Directories of ours that hold what a guest keeps from one run to the next.
#pragma once

#include "src/plan/launch_plan.h"

namespace vmwarden::executor {

// Makes those of the plan that are missing, and gives them and the plain files in them to the
// guest. The guest writes in there: a file that has another name elsewhere, and anything that is no
// plain file, ends the launch. Throws LaunchError.
void make_guest_directories(const LaunchPlan& plan);

// Removes the directory and the files in it; nothing when it is not there. Throws
// std::system_error.
void remove_guest_directory(const std::string& path);

} // namespace vmwarden::executor
