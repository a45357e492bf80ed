// SPDX-License-Identifier: LGPL-2.1-or-later
// More of the host than its share.
#include "tests/host/escape/attempt.h"

#include <algorithm>
#include <csignal>
#include <cstdlib>
#include <fcntl.h>
#include <sched.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

namespace vmwarden::escape {
namespace {

void add_raise(Attempts& list, const std::string& name, __rlimit_resource_t resource) {
    list.push_back({name, {}, [=](const Targets&) -> long {
                        const rlimit all{RLIM_INFINITY, RLIM_INFINITY};
                        return setrlimit(resource, &all);
                    }});
}

// Others first, when memory runs out.
long spare_itself(const Targets&) {
    const int score = open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);
    return score < 0 ? -1 : write(score, "-1000", 5);
}

// The guest's memory in a file, for whoever may read that.
long dump_core(const Targets& targets) {
    rlimit limit{};
    getrlimit(RLIMIT_CORE, &limit);
    limit.rlim_cur = std::min<rlim_t>(limit.rlim_max, 1U << 20);
    setrlimit(RLIMIT_CORE, &limit);
    const std::string directory = writable_directory(targets);
    if (chdir(directory.c_str()) < 0) return -1;
    const pid_t child = fork();
    if (child == 0) {
        prctl(PR_SET_DUMPABLE, 1UL, 0UL, 0UL, 0UL);
        abort();
    }
    int status = 0;
    if (child < 0 || waitpid(child, &status, 0) < 0) return -1;
    unlink("core");
    unlink(("core." + std::to_string(child)).c_str());
    return WCOREDUMP(status) ? 0 : refuse(ENOSPC);
}

// The kernel, which has to end somebody, ends this process and not the whole guest.
long take_memory(const Targets& targets) {
    const int score = open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);
    if (score >= 0 && write(score, "1000", 4) < 0) return -1;
    const auto size = static_cast<std::size_t>(targets.number("memory"));
    void* found = mmap(nullptr, size, PROT_READ | PROT_WRITE,
                       MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
    if (found == MAP_FAILED) return -1;
    for (std::size_t at = 0; at < size; at += 4096)
        static_cast<volatile char*>(found)[at] = 1;
    return 0;
}

// They end when nobody holds the other end of their pipe: a guest may not send signals.
long fork_many(const Targets& targets) {
    const long wanted = targets.number("processes");
    int ends[2] = {-1, -1};
    if (pipe2(ends, O_CLOEXEC) < 0) return -1;
    int error = 0;
    for (long count = 0; count < wanted && error == 0; ++count) {
        const pid_t child = fork();
        if (child == 0) {
            close(ends[1]);
            char byte = 0;
            _exit(read(ends[0], &byte, 1) == 0 ? 0 : 1);
        }
        if (child < 0) error = errno;
    }
    close(ends[1]);
    while (wait(nullptr) > 0) {
    }
    return error == 0 ? 0 : refuse(error);
}

} // namespace

void add_limits(Attempts& list) {
    list.push_back({"real-time", {}, [](const Targets&) -> long {
                        const sched_param first{1};
                        return sched_setscheduler(0, SCHED_FIFO, &first);
                    }});
    list.push_back(
        {"nice", {}, [](const Targets&) -> long { return setpriority(PRIO_PROCESS, 0, -20); }});
    list.push_back({"oom-score", {}, spare_itself});
    add_raise(list, "limit-core", RLIMIT_CORE);
    add_raise(list, "limit-memlock", RLIMIT_MEMLOCK);
    add_raise(list, "limit-real-time", RLIMIT_RTPRIO);
    list.push_back({"core-dump", {}, dump_core});
    list.push_back({"memory", {"memory"}, take_memory});
    list.push_back({"fork-bomb", {"processes"}, fork_many});
}

} // namespace vmwarden::escape
