// SPDX-License-Identifier: LGPL-2.1-or-later
// Namespaces and mounts. All of it happens to the attempt's own process, or is asked for wrongly.
#include "tests/host/escape/attempt.h"

#include <csignal>
#include <fcntl.h>
#include <linux/sched.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace vmwarden::escape {
namespace {

// <linux/mount.h> has these and cannot stand beside <sys/mount.h>.
constexpr unsigned open_tree_clone = 1;
constexpr unsigned fsopen_cloexec = 1;

void add_unshare(Attempts& list, const std::string& name, int flags) {
    list.push_back({name, {}, [=](const Targets&) -> long { return unshare(flags); }});
}

// As unshare, but by flags in memory, which a filter of system calls cannot see.
long clone_into_user_namespace(const Targets&) {
    clone_args arguments{};
    arguments.flags = CLONE_NEWUSER;
    arguments.exit_signal = SIGCHLD;
    const long child = syscall(SYS_clone3, &arguments, sizeof arguments);
    if (child == 0) _exit(0);
    return child;
}

long join(const Targets& targets, const char* kind) {
    const std::string path = targets.proc("root", std::string("ns/") + kind);
    const int fd = open(path.c_str(), O_RDONLY | O_CLOEXEC);
    return fd < 0 ? -1 : setns(fd, 0);
}

} // namespace

void add_namespaces(Attempts& list) {
    add_unshare(list, "unshare-user", CLONE_NEWUSER);
    add_unshare(list, "unshare-mount", CLONE_NEWNS);
    add_unshare(list, "unshare-network", CLONE_NEWNET);
    add_unshare(list, "unshare-ipc", CLONE_NEWIPC);
    list.push_back({"clone3-user", {}, clone_into_user_namespace});
    for (const char* kind : {"mnt", "net", "ipc"})
        list.push_back({std::string("setns-") + kind, {"root-pid"}, [=](const Targets& t) {
                            return join(t, kind);
                        }});
    // No such type: ENODEV.
    list.push_back({"mount", {}, [](const Targets&) {
                        return past_the_check(mount("none", "/", "escapefs", 0, nullptr));
                    }});
    // No mount point: EINVAL.
    list.push_back(
        {"umount", {}, [](const Targets&) { return past_the_check(umount2("/proc/self", 0)); }});
    list.push_back({"pivot-root", {}, [](const Targets&) {
                        return past_the_check(
                            syscall(SYS_pivot_root, "/nonexistent", "/nonexistent"));
                    }});
    list.push_back({"chroot", {}, [](const Targets&) -> long { return chroot("/"); }});
    list.push_back({"open-tree", {}, [](const Targets&) {
                        return syscall(SYS_open_tree, AT_FDCWD, "/", open_tree_clone | O_CLOEXEC);
                    }});
    list.push_back({"fsopen", {}, [](const Targets&) {
                        return syscall(SYS_fsopen, "tmpfs", fsopen_cloexec);
                    }});
}

} // namespace vmwarden::escape
