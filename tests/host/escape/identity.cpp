// SPDX-License-Identifier: LGPL-2.1-or-later
// Becoming somebody else, or more.
#include "tests/host/escape/attempt.h"

#include <csignal>
#include <cstdlib>
#include <fcntl.h>
#include <grp.h>
#include <linux/capability.h>
#include <linux/securebits.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

namespace vmwarden::escape {
namespace {

// Root becomes somebody else, which takes as much as becoming root.
long become_other_user(const Targets&) {
    const uid_t other = getuid() == 0 ? 12345 : 0;
    return setresuid(other, other, other);
}

long become_other_group(const Targets&) {
    const gid_t other = getgid() == 0 ? 12345 : 0;
    return setresgid(other, other, other);
}

long take_group(const Targets&) {
    const gid_t disk = 6;
    return setgroups(1, &disk);
}

// More than it has: everything, in the three sets that capset(2) takes.
long set_capabilities(const Targets&) {
    __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
    __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3]{};
    data[0].effective = data[0].permitted = data[0].inheritable = 1U << CAP_SYS_ADMIN;
    return syscall(SYS_capset, &header, data);
}

long raise_ambient(const Targets& targets) {
    if (set_capabilities(targets) < 0) return -1;
    return prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, CAP_SYS_ADMIN, 0UL, 0UL);
}

// NOT to be denied is the exec: what counts is who the program is once it runs.
long regain(const Targets& targets) {
    const std::string copy = targets.text("set-user-id");
    const pid_t child = fork();
    if (child == 0) {
        execl(copy.c_str(), copy.c_str(), "--print-euid", nullptr);
        _exit(1);
    }
    int status = 1;
    if (child < 0 || waitpid(child, &status, 0) < 0) return -1;
    return WIFEXITED(status) && WEXITSTATUS(status) == 0 ? 0 : refuse(EPERM);
}

long inherited(const Targets& targets) {
    return fcntl(static_cast<int>(targets.number("stray-descriptor")), F_GETFD);
}

// The agent's own, and what the host case adds to it.
long learn_from_environment(const Targets&) {
    for (const char* name :
         {"NOTIFY_SOCKET", "INVOCATION_ID", "JOURNAL_STREAM", "LISTEN_FDS", "ESCAPE_SECRET"})
        if (getenv(name) != nullptr) return 0;
    return refuse(ENODATA);
}

// A line into the terminal that started it, as if it had been typed.
long type_on_terminal(const Targets&) {
    const int terminal = open("/dev/tty", O_RDWR | O_CLOEXEC);
    return terminal < 0 ? -1 : ioctl(terminal, TIOCSTI, " ");
}

} // namespace

void add_identity(Attempts& list) {
    list.push_back({"setuid", {}, become_other_user});
    list.push_back({"setgid", {}, become_other_group});
    list.push_back({"setgroups", {}, take_group});
    list.push_back({"capset", {}, set_capabilities});
    list.push_back({"ambient", {}, raise_ambient});
    list.push_back({"bounding-set", {}, [](const Targets&) -> long {
                        const int has = prctl(PR_CAPBSET_READ, CAP_SYS_ADMIN, 0UL, 0UL, 0UL);
                        return has == 1 ? 0 : refuse(EPERM);
                    }});
    list.push_back({"securebits", {}, [](const Targets&) -> long {
                        return prctl(PR_SET_SECUREBITS, 0UL, 0UL, 0UL, 0UL);
                    }});
    list.push_back({"keepcaps", {}, [](const Targets&) -> long {
                        return prctl(PR_SET_KEEPCAPS, 1UL, 0UL, 0UL, 0UL);
                    }});
    list.push_back({"regain-root", {"set-user-id"}, regain});
    list.push_back({"stray-descriptor", {"stray-descriptor"}, inherited});
    list.push_back({"environment", {}, learn_from_environment});
    list.push_back({"terminal", {}, type_on_terminal});
}

} // namespace vmwarden::escape
