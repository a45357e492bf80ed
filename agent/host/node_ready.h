// SPDX-License-Identifier: LGPL-2.1-or-later
// A device node that the kernel has just made.
#pragma once

#include <string>

namespace vmwarden::host {

// Returns when udev has done with the node what its rules say, so that it does not undo what is
// done to it next; at once where no udev runs, and after ten seconds in any case. Throws
// std::system_error when the node is not there.
void await_node(const std::string& node);

} // namespace vmwarden::host
