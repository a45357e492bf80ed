// SPDX-License-Identifier: LGPL-2.1-or-later
#include "src/resolve/file_case.h"

namespace vmwarden::resolving {

// QEMU connects as the guest's user: nothing is asked, nor promised, while that is not known.
bool takes_connections(FileCase& c, const std::string& letting) {
    if (c.fact.type != FileType::other) {
        c.refuse("'" + c.wanted.path + "' is no socket",
                 (c.wanted.creating.empty() ? "" : "start " + c.wanted.creating + ", or ") +
                     "correct " + c.wanted.element);
        return false;
    }
    if (!c.draft.facts.identity) return false;
    const bool reachable = is_reachable(c);
    if (c.fact.guest_can_write) return reachable;
    c.refuse("the guest's user " + c.draft.user_text() + " may not connect to '" + c.wanted.path +
                 "'",
             letting);
    return false;
}

} // namespace vmwarden::resolving
