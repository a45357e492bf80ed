// SPDX-License-Identifier: LGPL-2.1-or-later
// The programs beside QEMU, once they run: their end is told, and they end with QEMU.
#pragma once

#include "agent/shim/outcome.h"
#include "src/base/unique_fd.h"

#include <chrono>
#include <string>
#include <sys/types.h>
#include <vector>

namespace vmwarden::shim {

// cgroup.kill of the group that QEMU and its attendants are in. The shim runs as another user than
// they do and may not signal them; a descriptor opened while it still might is enough.
Outcome open_group_kill(int cgroup, UniqueFd& kill);

class Attendants {
  public:
    using Clock = std::chrono::steady_clock;

    struct One {
        std::string name;
        pid_t pid = -1;
        int status = 0; // as waitpid(2) gives it
        bool ended = false;
        bool told = false;
    };

    Attendants() = default; // none
    // `kill` is open_group_kill()'s; empty only where there are none.
    Attendants(std::string guest, std::vector<One> all, UniqueFd kill);

    // Looks which have ended, while QEMU runs. What has ended is told of a second later: when the
    // whole group is killed QEMU's own end may show up last.
    void look();
    // For poll(2): milliseconds until look() has something to tell; -1: nothing.
    [[nodiscard]] int patience() const;

    // After QEMU: back when none is left. `signals` is a signalfd that SIGCHLD comes through.
    void end(int signals);

  private:
    [[nodiscard]] bool any_left() const;
    void reap();
    void tell(One& one) const;

    std::string guest_;
    std::vector<One> all_;
    UniqueFd kill_;
    Clock::time_point tell_at_{};
    bool untold_ = false;
};

} // namespace vmwarden::shim
