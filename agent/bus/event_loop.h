// SPDX-License-Identifier: LGPL-2.1-or-later
// An sdbus-c++ connection on the agent's loop.
#pragma once

#include "agent/bus/sdbus_compat.h"
#include "agent/supervisor/loop.h"

#include <functional>
#include <memory>
#include <systemd/sd-event.h>

namespace vmwarden::bus {

class EventLoop {
  public:
    // `on_activity` is called whenever something was received or sent. Neither loop nor connection
    // may go first. An error of the connection ends Loop::run() with it.
    EventLoop(supervisor::Loop& loop, sdbus::IConnection& connection,
              std::function<void()> on_activity);
    EventLoop(const EventLoop&) = delete;
    EventLoop& operator=(const EventLoop&) = delete;

  private:
    struct Unref {
        void operator()(sd_event_source* source) const { sd_event_source_disable_unref(source); }
    };
    using Source = std::unique_ptr<sd_event_source, Unref>;

    supervisor::Loop& loop_;
    sdbus::IConnection& connection_;
    std::function<void()> on_activity_;
    Source io_;
    Source timer_;

    void prepare();
    void process();
    template <class Step>
    int guarded(Step step);
};

} // namespace vmwarden::bus
