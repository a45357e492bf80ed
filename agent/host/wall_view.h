// SPDX-License-Identifier: LGPL-2.1-or-later
// Of a running guest's kernel view what stands around the process: namespaces, mounts, limits,
// environment, OOM score.
#pragma once

#include "src/base/unique_fd.h"
#include "src/verify/kernel_view.h"

#include <string_view>
#include <vector>

namespace vmwarden::host {

// `process` is the directory /proc/PID, O_PATH. Throws std::system_error, ESRCH when it has ended.
void note_walls(KernelView& view, const UniqueFd& process);

// Which of the process' namespaces are not this process' own.
NamespacesView namespaces_view(const UniqueFd& process);

// The lines of a mountinfo (proc(5)); what is no such line is left out.
std::vector<MountView> parse_mountinfo(std::string_view text);

} // namespace vmwarden::host
