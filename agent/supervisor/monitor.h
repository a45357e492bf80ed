// SPDX-License-Identifier: LGPL-2.1-or-later
// A running guest's QMP connection on the loop. QEMU is confined but not trusted: what it says may
// be late, wrong or nothing at all, and never blocks us.
#pragma once

#include "agent/supervisor/failure.h"
#include "agent/supervisor/loop.h"
#include "src/qmp/qmp.h"

#include <functional>
#include <map>
#include <string>

namespace vmwarden::supervisor {

class Monitor {
  public:
    using OnEvent = std::function<void(const qmp::Event&)>;
    using OnReply = std::function<void(const Outcome<Done>&)>;

    // `fd` is connected, negotiated and non-blocking, and outlives the monitor. No callback may
    // destroy the monitor.
    Monitor(Loop& loop, int fd, std::string guest, OnEvent on_event);

    // Asks QEMU; the reply comes on the loop, or at once when the connection is gone.
    void send(const std::string& command, OnReply on_reply);
    // Answers all that is still waiting with a failure; the guest has ended.
    void give_up();

  private:
    int fd_;
    std::string guest_;
    OnEvent on_event_;
    qmp::Reader reader_;
    std::uint64_t last_id_;
    std::map<std::uint64_t, OnReply> waiting_;
    Loop::Source source_;

    void on_readable();
    void handle(const qmp::Message& message);
    void answer(std::uint64_t id, const Outcome<Done>& outcome);
    void lose(const std::string& why);
};

} // namespace vmwarden::supervisor
