// SPDX-License-Identifier: LGPL-2.1-or-later
#include "agent/daemon/agent.h"

#include "agent/bus/paths.h"

namespace vmwarden::daemon {

Agent::Agent(supervisor::Loop& loop, sdbus::IConnection& connection, host::Authority& authority,
             supervisor::Effects& effects, Settings settings)
  : loop_(loop)
  , connection_(connection)
  , settings_(std::move(settings))
  , supervisor_(loop, effects, settings_.directories)
  , gate_(authority)
  , front_(connection, gate_, supervisor_)
  , bus_source_(loop, connection, [this] { idle_timer_ = {}; }) {}

void Agent::run() {
    supervisor_.start(front_);
    check_ = loop_.after_dispatch([this] { check(); });
    connection_.requestName(bus::BusName(bus::bus_name));
    check();
    loop_.run();
}

void Agent::stop() {
    told_to_stop_ = true;
    give_up_name();
    check();
}

void Agent::check() {
    if (leaving_) {
        if (told_to_stop_ ? !supervisor_.working() : idle()) loop_.stop();
        return;
    }
    if (!idle())
        idle_timer_ = {};
    else if (!idle_timer_)
        idle_timer_ = loop_.after(settings_.idle_timeout, [this] { give_up_name(); });
}

// Race-free: the bus delivers what was sent to the name before it confirms that we gave it up; what
// is sent later activates the next agent, which starts when this one has gone.
void Agent::give_up_name() {
    if (std::exchange(leaving_, true)) return;
    connection_.releaseName(bus::BusName(bus::bus_name));
    while (bus::process_one(connection_)) {
    }
}

} // namespace vmwarden::daemon
