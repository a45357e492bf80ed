// SPDX-License-Identifier: LGPL-2.1-or-later
#include "tests/host/escape/attempt.h"

#include <csignal>
#include <cstring>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

namespace vmwarden::escape {
namespace {

// No attempt waits for anything for so long, under an emulated processor neither.
constexpr unsigned patience_seconds = 60;

[[noreturn]] void run_in_child(const Attempt& attempt, const Targets& targets) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    signal(SIGALRM, SIG_DFL);
    alarm(patience_seconds);
    errno = 0;
    const long result = attempt.run(targets);
    _exit(result >= 0 ? 0 : errno != 0 ? errno : ECANCELED);
}

std::string signal_name(int signal) {
    return signal == SIGALRM ? "stuck" : std::string("SIG") + sigabbrev_np(signal);
}

} // namespace

Verdict judge(const Attempt& attempt, const Targets& targets) {
    const pid_t child = fork();
    if (child == 0) run_in_child(attempt, targets);
    int status = 0;
    if (child < 0 || waitpid(child, &status, 0) < 0) return {true, "no process to try it in"};
    if (WIFSIGNALED(status)) return {WTERMSIG(status) == SIGALRM, signal_name(WTERMSIG(status))};
    if (WEXITSTATUS(status) == 0) return {true, ""};
    const char* name = strerrorname_np(WEXITSTATUS(status));
    return {false, name != nullptr ? name : std::to_string(WEXITSTATUS(status))};
}

Attempts all_attempts() {
    Attempts list;
    for (const auto add : {add_files, add_identity, add_processes, add_kernel, add_namespaces,
                           add_ipc, add_network, add_limits})
        add(list);
    return list;
}

} // namespace vmwarden::escape
