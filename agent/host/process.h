// SPDX-License-Identifier: LGPL-2.1-or-later
// Starting a program from a process with threads, and telling one process from another that has
// its number.
#pragma once

#include "src/base/unique_fd.h"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <sys/types.h>
#include <vector>

namespace vmwarden::host {

struct PassedFd {
    int source = -1;
    int number = -1;
};

struct Spawned {
    pid_t pid = -1;
    UniqueFd pidfd;
};

// Runs the program with no arguments, an empty environment, a session of its own, no signal blocked
// or ignored, and exactly these descriptors. Nothing of ours runs between fork and exec. Throws
// std::system_error, also when the program cannot be executed. The caller reaps it.
Spawned spawn(const std::string& program, const std::vector<PassedFd>& descriptors);

// Throws std::system_error, ESRCH when there is no such process.
UniqueFd open_pidfd(pid_t pid);

// When the process started, in clock ticks since boot: with the boot id and the pid it names one
// process for ever. None when there is no such process.
std::optional<std::uint64_t> start_time(pid_t pid);

// Has it ended, at the latest after this time?
bool has_ended(int pidfd, std::chrono::milliseconds patience = {});

// SIGKILL; a process that has ended already is no error.
void kill_process(int pidfd);

// SIGKILL to a child and its end waited for. Nothing when somebody has reaped it already.
void end_child(const Spawned& child);

// Takes an ended child away; nothing when it is no child of ours or still runs.
void reap(pid_t pid);

// This boot's id, from the kernel. Empty where it does not say.
std::string boot_id();

// Bytes that nobody can change any more. Throws std::system_error.
UniqueFd sealed_memfd(const char* name, std::string_view bytes);

} // namespace vmwarden::host
