// SPDX-License-Identifier: LGPL-2.1-or-later
// Runs a function in a forked child, for what cannot be taken back in the test's own process.
#pragma once

#include <cstdlib>
#include <exception>
#include <sys/wait.h>
#include <unistd.h>

namespace vmwarden::test {

// The child's exit status: what the function returned, or 128 and the signal that ended it.
template <class Function>
int in_child(Function function) {
    const pid_t pid = fork();
    if (pid < 0) std::terminate();
    if (pid == 0) _exit(function());
    int status = 0;
    if (waitpid(pid, &status, 0) != pid) std::terminate();
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

// Leaves root in a child of a test that root runs: what fails closed must do so without privilege.
inline void become_nobody() {
    if (geteuid() == 0 && setresuid(65534, 65534, 65534) != 0) std::abort();
}

} // namespace vmwarden::test
