// SPDX-License-Identifier: LGPL-2.1-or-later
#include "agent/shim/privileges.h"

#include <algorithm>
#include <cap-ng.h>
#include <grp.h>
#include <linux/capability.h>
#include <linux/securebits.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>
#include <vector>

namespace vmwarden::shim {
namespace {

constexpr unsigned long unused = 0;
constexpr int highest_possible_capability = 63;

constexpr unsigned long locked_securebits =
    SECBIT_NOROOT | SECBIT_NOROOT_LOCKED | SECBIT_NO_SETUID_FIXUP_LOCKED | SECBIT_KEEP_CAPS_LOCKED |
    SECBIT_NO_CAP_AMBIENT_RAISE | SECBIT_NO_CAP_AMBIENT_RAISE_LOCKED;

// libcap-ng reports by negative numbers of its own and leaves errno to chance.
Outcome apply(capng_select_t set) {
    errno = 0;
    return capng_apply(set) == 0 ? done() : failed(errno != 0 ? errno : EPERM);
}

// The read-backs ask the kernel itself: a library that knows fewer capabilities than the kernel
// would miss the newest. PR_CAPBSET_READ fails for numbers the kernel does not have.
bool bounding_set_is_empty() {
    for (int capability = 0; capability <= highest_possible_capability; ++capability)
        if (prctl(PR_CAPBSET_READ, capability, unused, unused, unused) > 0) return false;
    return true;
}

bool ambient_set_is_empty() {
    for (int capability = 0; capability <= highest_possible_capability; ++capability)
        if (prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_IS_SET, capability, unused, unused) > 0)
            return false;
    return true;
}

Outcome three_sets_are_empty() {
    __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
    __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3]{};
    if (auto bad = errno_of(syscall(SYS_capget, &header, data))) return bad;
    const bool empty = std::all_of(std::begin(data), std::end(data), [](const auto& word) {
        return word.effective == 0 && word.permitted == 0 && word.inheritable == 0;
    });
    return empty ? done() : failed(EPERM);
}

bool valid_id(std::uint32_t id) {
    return id != static_cast<std::uint32_t>(-1);
}

} // namespace

Outcome empty_bounding_set() {
    capng_clear(CAPNG_SELECT_BOUNDS);
    if (auto bad = apply(CAPNG_SELECT_BOUNDS)) return bad;
    return bounding_set_is_empty() ? done() : failed(EPERM);
}

Outcome lock_securebits() {
    if (auto bad = errno_of(prctl(PR_SET_SECUREBITS, locked_securebits, unused, unused, unused)))
        return bad;
    const int found = prctl(PR_GET_SECUREBITS, unused, unused, unused, unused);
    if (auto bad = errno_of(found)) return bad;
    return static_cast<unsigned long>(found) == locked_securebits ? done() : failed(EPERM);
}

Outcome set_groups(const Identity& identity) {
    std::vector<gid_t> wanted;
    for (const Gid gid : identity.groups)
        wanted.push_back(gid.value);
    if (auto bad = errno_of(setgroups(wanted.size(), wanted.data()))) return bad;

    const int count = getgroups(0, nullptr);
    if (auto bad = errno_of(count)) return bad;
    std::vector<gid_t> found(static_cast<std::size_t>(count));
    if (auto bad = errno_of(getgroups(count, found.data()))) return bad;
    std::sort(wanted.begin(), wanted.end());
    std::sort(found.begin(), found.end());
    return found == wanted ? done() : failed(EPERM);
}

Outcome set_gid(const Identity& identity) {
    const gid_t gid = identity.gid.value;
    if (!valid_id(gid)) return failed(EINVAL); // -1 would mean: leave as it is
    if (auto bad = errno_of(setresgid(gid, gid, gid))) return bad;
    gid_t real = 0, effective = 0, saved = 0;
    if (auto bad = errno_of(getresgid(&real, &effective, &saved))) return bad;
    return real == gid && effective == gid && saved == gid ? done() : failed(EPERM);
}

Outcome set_uid(const Identity& identity) {
    const uid_t uid = identity.uid.value;
    if (!valid_id(uid)) return failed(EINVAL);
    if (auto bad = errno_of(setresuid(uid, uid, uid))) return bad;
    uid_t real = 0, effective = 0, saved = 0;
    if (auto bad = errno_of(getresuid(&real, &effective, &saved))) return bad;
    return real == uid && effective == uid && saved == uid ? done() : failed(EPERM);
}

Outcome empty_capabilities() {
    if (auto bad =
            errno_of(prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, unused, unused, unused)))
        return bad;
    capng_clear(CAPNG_SELECT_ALL);
    if (auto bad = apply(CAPNG_SELECT_CAPS)) return bad;
    if (auto bad = three_sets_are_empty()) return bad;
    return bounding_set_is_empty() && ambient_set_is_empty() ? done() : failed(EPERM);
}

Outcome set_no_new_privs() {
    if (auto bad = errno_of(prctl(PR_SET_NO_NEW_PRIVS, 1UL, unused, unused, unused))) return bad;
    return prctl(PR_GET_NO_NEW_PRIVS, unused, unused, unused, unused) == 1 ? done() : failed(EPERM);
}

Outcome set_undumpable() {
    if (auto bad = errno_of(prctl(PR_SET_DUMPABLE, 0UL, unused, unused, unused))) return bad;
    return prctl(PR_GET_DUMPABLE, unused, unused, unused, unused) == 0 ? done() : failed(EPERM);
}

} // namespace vmwarden::shim
