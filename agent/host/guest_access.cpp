// SPDX-License-Identifier: LGPL-2.1-or-later
#include "agent/host/guest_access.h"

#include <algorithm>
#include <array>
#include <fcntl.h>
#include <future>
#include <linux/capability.h>
#include <sys/fsuid.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <thread>
#include <unistd.h>
#include <vector>

namespace vmwarden::host {

namespace {

// glibc's setgroups(3) changes all threads of the process; the system call changes this one.
bool set_thread_groups(const std::vector<Gid>& groups) {
    std::vector<gid_t> ids;
    for (const Gid group : groups)
        ids.push_back(group.value);
#ifdef SYS_setgroups32
    return ::syscall(SYS_setgroups32, ids.size(), ids.data()) == 0;
#else
    return ::syscall(SYS_setgroups, ids.size(), ids.data()) == 0;
#endif
}

bool has_groups(const std::vector<Gid>& wanted) {
    const int count = ::getgroups(0, nullptr);
    if (count < 0) return false;
    std::vector<gid_t> ids(static_cast<std::size_t>(count));
    if (::getgroups(count, ids.data()) != count) return false;
    std::vector<Gid> groups;
    for (const gid_t id : ids)
        groups.push_back(Gid{id});
    std::sort(groups.begin(), groups.end());
    groups.erase(std::unique(groups.begin(), groups.end()), groups.end());
    return groups == wanted;
}

// setfsuid(2) reports no failure: only asking again, with an id that is never valid, tells.
bool take_on(const Identity& identity) {
    if (!has_groups(identity.groups) && !set_thread_groups(identity.groups)) return false;
    ::setfsgid(identity.gid.value);
    ::setfsuid(identity.uid.value);
    const auto nobody = static_cast<uid_t>(-1);
    return static_cast<gid_t>(::setfsgid(nobody)) == identity.gid.value &&
           static_cast<uid_t>(::setfsuid(nobody)) == identity.uid.value;
}

// An identity of uid 0 without capabilities is what a guest that runs as root has.
bool drop_thread_capabilities() {
    __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
    std::array<__user_cap_data_struct, _LINUX_CAPABILITY_U32S_3> none{};
    return ::syscall(SYS_capset, &header, none.data()) == 0;
}

// AT_EACCESS makes the kernel judge by the file-system ids and the capabilities in effect;
// access(2) without it goes by the real ids.
bool kernel_allows(int fd, int mode) {
    return ::syscall(SYS_faccessat2, fd, "", mode, AT_EACCESS | AT_EMPTY_PATH) == 0;
}

bool mode_bits_of_file_allow(const Identity& identity, int fd, int mode) {
    struct stat status {};
    if (::fstat(fd, &status) != 0) return false;
    return mode_bits_allow(identity, Owner{Uid{status.st_uid}, Gid{status.st_gid}}, status.st_mode,
                           mode);
}

} // namespace

bool mode_bits_allow(const Identity& identity, Owner owner, unsigned mode_bits, int mode) {
    const auto& groups = identity.groups;
    const bool in_group = identity.gid == owner.gid ||
                          std::find(groups.begin(), groups.end(), owner.gid) != groups.end();
    // The first class that fits decides, even where a later one would allow more.
    unsigned allowed = mode_bits & 7;
    if (identity.uid == owner.uid)
        allowed = mode_bits >> 6 & 7;
    else if (in_group)
        allowed = mode_bits >> 3 & 7;
    const auto wanted = static_cast<unsigned>(mode);
    return (allowed & wanted) == wanted;
}

void with_access_of(const Identity& identity, const std::function<void(const AccessCheck&)>& ask) {
    std::packaged_task<void()> task([&] {
        if (take_on(identity) && drop_thread_capabilities())
            ask(kernel_allows);
        else
            ask([&](int fd, int mode) { return mode_bits_of_file_allow(identity, fd, mode); });
    });
    auto done = task.get_future();
    std::thread(std::move(task)).join();
    done.get();
}

} // namespace vmwarden::host
