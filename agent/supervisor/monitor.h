// SPDX-License-Identifier: LGPL-2.1-or-later
// A running guest's QMP connection on the loop. QEMU is confined but not trusted: what it says may
// be late, wrong or nothing at all, and never blocks us.
#pragma once

#include "agent/host/qmp_client.h"
#include "agent/supervisor/failure.h"
#include "agent/supervisor/loop.h"

#include <functional>
#include <map>
#include <optional>
#include <string>

namespace vmwarden::supervisor {

class Monitor {
  public:
    using OnEvent = std::function<void(const qmp::Event&)>;
    using OnReply = std::function<void(const Outcome<Done>&)>;

    // `socket` is connected and negotiated, or empty: then nothing is ever answered. No callback
    // may destroy the monitor.
    Monitor(Loop& loop, UniqueFd socket, std::string guest, OnEvent on_event);

    // Asks QEMU; the reply comes on the loop, or at once when the connection is gone.
    void send(const std::string& command, const OnReply& on_reply);
    // Answers all that is still waiting with a failure; the guest has ended.
    void give_up();

  private:
    Loop& loop_;
    std::optional<host::QmpClient> client_;
    std::string guest_;
    OnEvent on_event_;
    std::map<std::uint64_t, OnReply> waiting_;
    Loop::Source readable_;
    Loop::Source writable_;

    template <class Talk>
    void guarded(Talk talk);
    void flush();
    void handle(const qmp::Message& message);
    void answer(std::uint64_t id, const Outcome<Done>& outcome);
};

} // namespace vmwarden::supervisor
