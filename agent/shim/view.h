// SPDX-License-Identifier: LGPL-2.1-or-later
// What a guest sees of the host's files: a root directory of its own.
#pragma once

#include "agent/shim/outcome.h"
#include "src/plan/launch_plan.h"

namespace vmwarden::shim {

// Of a process in a mount namespace of its own, as root: replaces its root directory by an empty
// one with the binds in it. Nothing else of the host's files can be reached by a path afterwards;
// what is open stays open. Wants a /proc of the process' PID namespace (it mounts one). What cannot
// be shown is told on standard error by its path.
//
// `nosuid`: set-user-id bits and labels of programs mean nothing in it. With a label for the exec
// it must not be: the kernel would not follow the label (nosuid_transition of SELinux).
Outcome make_view(const plan::Walls& walls, bool own_processes, bool nosuid);

// The file or directory that a bind stands for, O_PATH: links are not followed, and it must be the
// one that was planned. EXDEV: it is another.
Outcome open_source(const plan::Bind& bind, int& fd);

// Says on standard error why `path` could not be shown, and passes the reason on.
Outcome told(const std::string& path, Outcome why);

} // namespace vmwarden::shim
