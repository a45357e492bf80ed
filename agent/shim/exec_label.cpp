// SPDX-License-Identifier: LGPL-2.1-or-later
#include "agent/shim/exec_label.h"

#include "config.h"

#if VMWARDEN_HAVE_SELINUX
#include <selinux/selinux.h>
#endif

namespace vmwarden::shim {

#if VMWARDEN_HAVE_SELINUX
Outcome set_exec_label(const std::string& label) {
    if (auto bad = errno_of(setexeccon_raw(label.c_str()))) return bad;
    char* found = nullptr;
    if (auto bad = errno_of(getexeccon_raw(&found))) return bad;
    const bool same = found != nullptr && label == found;
    freecon(found);
    return same ? done() : failed(EPERM);
}
#else
Outcome set_exec_label(const std::string&) {
    return failed(ENOTSUP);
}
#endif

} // namespace vmwarden::shim
