// SPDX-License-Identifier: LGPL-2.1-or-later
// The agent put together: supervisor, gate and bus objects on one loop, and when it may go.
#pragma once

#include "agent/bus/event_loop.h"
#include "agent/bus/front.h"
#include "agent/host/polkit.h"
#include "agent/supervisor/supervisor.h"

#include <chrono>

namespace vmwarden::daemon {

class Agent {
  public:
    struct Settings {
        supervisor::Supervisor::Directories directories;
        std::chrono::milliseconds idle_timeout{30000};
    };

    Agent(supervisor::Loop& loop, sdbus::IConnection& connection, host::Authority& authority,
          supervisor::Effects& effects, Settings settings);

    // Looks at what is there, takes the bus name, serves until idle or told to stop. What was asked
    // before the name was given up is still answered.
    void run();
    // Guests stay; effects that have begun are waited for, jobs that wait for guests are not.
    void stop();
    // A guest was started by a call that came while the name was being given up: someone has to
    // come back for it.
    [[nodiscard]] bool wanted() const { return supervisor_.guests_running() && !told_to_stop_; }

  private:
    supervisor::Loop& loop_;
    sdbus::IConnection& connection_;
    Settings settings_;
    supervisor::Supervisor supervisor_;
    bus::Gate gate_;
    bus::Front front_;
    bus::EventLoop bus_source_;
    supervisor::Loop::Source idle_timer_;
    supervisor::Loop::Source check_;
    bool leaving_ = false;
    bool told_to_stop_ = false;

    [[nodiscard]] bool idle() const { return supervisor_.idle() && front_.owed() == 0; }
    void check();
    void give_up_name();
};

} // namespace vmwarden::daemon
