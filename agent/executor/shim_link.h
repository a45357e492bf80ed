// SPDX-License-Identifier: LGPL-2.1-or-later
// The agent's end of the control socket (agent/shim/protocol.h). Every failure is a LaunchError.
#pragma once

#include "agent/executor/executor.h"

#include <chrono>
#include <vector>

namespace vmwarden::executor {

struct StartedQemu {
    pid_t pid = -1;
    UniqueFd pidfd; // made by the shim, QEMU's parent: it cannot be another process'
};

class ShimLink {
  public:
    using Deadline = std::chrono::steady_clock::time_point;
    explicit ShimLink(UniqueFd socket)
      : socket_(std::move(socket)) {}

    // Both send and come back; the shim's answer is waited for separately.
    void send_prepare(const std::vector<int>& descriptors);
    void send_release(int cgroup);

    void await_ready(Deadline deadline);
    StartedQemu await_started(Deadline deadline);

    // The other life of a shim: becoming an emulator that is only asked. Descriptors as
    // Request::ask lists them.
    void send_ask(const std::vector<int>& descriptors);
    void await_exec(Deadline deadline);

  private:
    UniqueFd socket_;
};

} // namespace vmwarden::executor
