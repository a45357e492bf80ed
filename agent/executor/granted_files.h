// SPDX-License-Identifier: LGPL-2.1-or-later
// A plan's files: given to the guest for as long as it runs, and back.
#pragma once

#include "agent/executor/executor.h"

namespace vmwarden::executor {

// Opens every file of the plan where it stands, refuses one that is not the file the plan was made
// for, claims owner and label in the guest's journal and then sets them. Throws LaunchError; what
// has been changed by then is in the journal.
void grant_files(const LaunchPlan& plan, const Places& places);

// Gives back what the guest's journal claims and no other guest still does, then removes the
// journal, unless it has drivers to give back. `log` receives a line for each file that stays as it
// is. A file that cannot be reached after a boot of the host (not mounted yet) keeps its line in
// the journal for the next time.
void restore_files(const std::string& guest, const Places& places, std::vector<std::string>& log);

} // namespace vmwarden::executor
