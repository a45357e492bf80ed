// SPDX-License-Identifier: LGPL-2.1-or-later
// Other processes: the host's init, the agent, the victim's own shim, another guest, and a process
// of root's.
#include "tests/host/escape/attempt.h"

#include <csignal>
#include <fcntl.h>
#include <sched.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

namespace vmwarden::escape {
namespace {

using Run = std::function<long(const Targets&, pid_t)>;

void add_for(Attempts& list, const std::string& what, const std::vector<const char*>& whom,
             const Run& run) {
    for (const std::string who : whom)
        list.push_back({what + "-" + who, {who + "-pid"}, [=](const Targets& t) -> long {
                            const pid_t pid = t.pid(who);
                            return pid == 0 ? refuse(ESRCH) : run(t, pid);
                        }});
}

void add_proc(Attempts& list, const std::string& who) {
    const auto needs = who + "-pid";
    for (const char* entry : {"mem", "maps", "environ"})
        list.push_back({"proc-" + std::string(entry) + "-" + who, {needs}, [=](const Targets& t) {
                            return try_open(t.proc(who, entry), O_RDONLY);
                        }});
    list.push_back({"proc-cwd-" + who, {needs}, [=](const Targets& t) {
                        return try_open(t.proc(who, "cwd"), O_RDONLY | O_DIRECTORY);
                    }});
    list.push_back({"proc-root-" + who, {needs}, [=](const Targets& t) {
                        return try_open(t.proc(who, "root/etc"), O_RDONLY | O_DIRECTORY);
                    }});
    list.push_back({"proc-fd-" + who, {needs, who + "-fd"}, [=](const Targets& t) {
                        return try_open(t.proc(who, "fd/" + t.text(who + "-fd")), O_RDONLY);
                    }});
}

long read_memory(const Targets& targets, const std::string& who, pid_t pid) {
    char byte = 0;
    const iovec here{&byte, 1};
    const iovec there{reinterpret_cast<void*>(targets.number(who + "-address")), 1};
    return process_vm_readv(pid, &here, 1, &there, 1, 0);
}

long take_descriptor(const Targets& targets, const std::string& who, pid_t pid) {
    const auto pidfd = static_cast<int>(syscall(SYS_pidfd_open, pid, 0U));
    if (pidfd < 0) return -1;
    return syscall(SYS_pidfd_getfd, pidfd, static_cast<int>(targets.number(who + "-fd")), 0U);
}

} // namespace

void add_processes(Attempts& list) {
    for (const char* who : {"guest", "root"}) {
        add_proc(list, who);
        list.push_back({"process-vm-readv-" + std::string(who),
                        {who + std::string("-address"), who + std::string("-pid")},
                        [=](const Targets& t) -> long {
                            const pid_t pid = t.pid(who);
                            return pid == 0 ? refuse(ESRCH) : read_memory(t, who, pid);
                        }});
        list.push_back({"pidfd-getfd-" + std::string(who),
                        {who + std::string("-fd"), who + std::string("-pid")},
                        [=](const Targets& t) -> long {
                            const pid_t pid = t.pid(who);
                            return pid == 0 ? refuse(ESRCH) : take_descriptor(t, who, pid);
                        }});
    }
    // Seized, not stopped, and let go by the end of the attempt.
    add_for(list, "ptrace", {"init", "agent", "shim", "guest", "root"},
            [](const Targets&, pid_t pid) { return ptrace(PTRACE_SEIZE, pid, nullptr, nullptr); });
    // A signal that is ignored by whoever does not ask for it.
    add_for(list, "kill", {"init", "agent", "shim", "guest", "root"},
            [](const Targets&, pid_t pid) -> long { return kill(pid, SIGURG); });
    add_for(list, "limits-of", {"guest", "root"}, [](const Targets&, pid_t pid) -> long {
        rlimit found{};
        return prlimit(pid, RLIMIT_NOFILE, nullptr, &found);
    });
    add_for(list, "affinity-of", {"guest", "root"}, [](const Targets&, pid_t pid) -> long {
        cpu_set_t set;
        if (sched_getaffinity(pid, sizeof set, &set) < 0) return -1;
        return sched_setaffinity(pid, sizeof set, &set);
    });
}

} // namespace vmwarden::escape
