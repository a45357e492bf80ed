// SPDX-License-Identifier: LGPL-2.1-or-later
// Giving privilege up for good, each part read back from the kernel: what these functions report as
// done is what the kernel says, not what was asked of it. Used by the child that becomes QEMU and
// by the shim for itself.
#pragma once

#include "agent/shim/outcome.h"
#include "src/base/units.h"

namespace vmwarden::shim {

// Needs CAP_SETPCAP, so it comes before the uid.
Outcome empty_bounding_set();

// No capabilities for uid 0, none kept over a change of uid, none raised into the ambient set; all
// of it locked. Needs CAP_SETPCAP.
Outcome lock_securebits();

Outcome set_groups(const Identity& identity);
Outcome set_gid(const Identity& identity);
Outcome set_uid(const Identity& identity);

// Empties inheritable, permitted, effective and ambient, and reads all five sets: one that still
// holds anything, the bounding set included, is EPERM.
Outcome empty_capabilities();

Outcome set_no_new_privs();
Outcome set_undumpable();

} // namespace vmwarden::shim
