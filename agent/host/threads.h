// SPDX-License-Identifier: LGPL-2.1-or-later
// The threads of a process, and the processors they may run on.
#pragma once

#include "src/base/number_set.h"
#include "src/verify/kernel_view.h"

#include <map>
#include <sys/types.h>
#include <vector>

namespace vmwarden::host {

// The threads that there are now. Throws std::system_error.
std::vector<pid_t> thread_ids(pid_t process);

// The threads of a process by the numbers that it knows them by itself, in its own PID namespace
// (pid_namespaces(7)); the same as thread_ids() where that is ours.
std::map<pid_t, pid_t> threads_by_own_number(pid_t process);

// Holds a thread of this process to these processors. Throws std::system_error: ESRCH for one that
// is not of this process (any more).
void hold_thread(pid_t process, pid_t thread, const NumberSet& processors);

// What /proc shows of all of them.
std::vector<ThreadView> thread_views(pid_t process);

} // namespace vmwarden::host
