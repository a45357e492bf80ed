// SPDX-License-Identifier: LGPL-2.1-or-later
// Nodes of the unified hierarchy, held by descriptor: a node that went and came again under its old
// name is another one. Only below a delegated node is anything written.
#pragma once

#include "src/base/unique_fd.h"

#include <string>
#include <sys/types.h>
#include <vector>

namespace vmwarden::host::cgroup {

// The directory of a control group as systemd names it ("/machine.slice/x.scope"), opened for
// reading; under /sys/fs/cgroup, or one deeper on hybrid hosts. Throws std::system_error: ENOENT
// when there is no such node.
UniqueFd open_node(const std::string& control_group);

// A new child node. Throws, EEXIST included: in a fresh scope nobody else makes nodes.
UniqueFd make_child(int node, const std::string& name);
UniqueFd open_child(int node, const std::string& name);

void move_process(int node, pid_t pid);

// Who is in this node itself, not below it.
std::vector<pid_t> processes(int node);

// SIGKILL to everything in the node and below, at once. Throws; ENOENT where the kernel is older
// than cgroup.kill (5.14) or the node is gone.
void kill_all(int node);

// The control group of a process ("/machine.slice/x.scope/emulator"). Throws std::system_error,
// ESRCH when there is no such process.
std::string of_process(pid_t pid);

} // namespace vmwarden::host::cgroup
