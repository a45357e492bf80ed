// SPDX-License-Identifier: LGPL-2.1-or-later
// What an identity may do to files, as the kernel sees it: ACLs, read-only mounts and all.
#pragma once

#include "src/base/units.h"

#include <functional>

namespace vmwarden::host {

// Whether the identity may do `mode` (R_OK, W_OK, X_OK or several, as in access(2)) to the file
// behind a descriptor, O_PATH ones included. For a directory X_OK means to search it.
using AccessCheck = std::function<bool(int fd, int mode)>;

// Calls `ask` on a thread of its own that has taken the identity on for file access (fsuid, fsgid,
// supplementary groups) and dropped every capability; the thread ends with the call, so that the
// identity can leak to no other work. What `ask` throws, this throws. A side effect outlasts it:
// the kernel marks a process that has changed its file-system ids as not dumpable (prctl(2)).
//
// Taking on another identity needs CAP_SETUID and CAP_SETGID. Without them (an offline plan made by
// an ordinary user for somebody else) the check works answers out of the mode bits, which knows
// neither ACLs nor read-only mounts: then it is advice, and the kernel decides when QEMU opens the
// file.
void with_access_of(const Identity& identity, const std::function<void(const AccessCheck&)>& ask);

// The answer of owner and mode bits alone. `mode_bits` and `owner` as fstat(2) gives them.
bool mode_bits_allow(const Identity& identity, Owner owner, unsigned mode_bits, int mode);

} // namespace vmwarden::host
