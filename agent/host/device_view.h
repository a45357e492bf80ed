// SPDX-License-Identifier: LGPL-2.1-or-later
// What a cgroup's device filters answer for the device nodes of this host.
#pragma once

#include "src/verify/kernel_view.h"

#include <optional>
#include <vector>

namespace vmwarden::host {

// For the nodes directly in /dev, in the order of their names. None where a filter cannot be read
// back or is not understood (see DeviceFilter). Throws std::system_error when /dev cannot be
// listed.
std::optional<std::vector<DeviceAnswer>> device_answers(int cgroup_dir_fd);

} // namespace vmwarden::host
