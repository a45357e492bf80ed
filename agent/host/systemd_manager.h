// SPDX-License-Identifier: LGPL-2.1-or-later
// PID 1's manager, as far as guests need it: transient scopes and their end. sd-bus ends here.
//
// An object holds one private connection and belongs to one thread at a time; a job takes its own.
// Waiting is for signals of the bus, with a deadline, never for a guess.
#pragma once

#include "src/plan/launch_plan.h"

#include <chrono>
#include <memory>
#include <stdexcept>
#include <string>
#include <sys/types.h>

namespace vmwarden::host {

// systemd refused or could not: what() is its own words with ours about the unit.
class SystemdError : public std::runtime_error {
  public:
    using std::runtime_error::runtime_error;
};

class SystemdManager {
  public:
    using Deadline = std::chrono::steady_clock::time_point;

    virtual ~SystemdManager() = default;

    // Asks for the transient scope around `leader` and comes back at once, so that the caller can
    // do other things meanwhile; one request at a time.
    virtual void begin_scope(const plan::Scope& scope, pid_t leader) = 0;
    // Waits until its job is done: the leader is in the scope's control group by then. Any result
    // but "done" is a SystemdError, as is the deadline.
    virtual void finish_scope(Deadline deadline) = 0;

    // Gives a running scope the limits of this one, until it ends, and returns when the control
    // group has them. False: there is no such unit (any more).
    virtual bool set_limits(const plan::Scope& scope) = 0;

    // Signals every process of the unit. A unit that is not there has none.
    virtual void kill_unit(const std::string& unit, int signal) = 0;

    // Asks for the unit to be stopped and does not wait. Needed after kill_unit() as well: a scope
    // whose leader died before it got there is empty and "running" for ever, because it never
    // becomes empty.
    virtual void stop_unit(const std::string& unit) = 0;

    // Waits until the manager no longer knows the unit, so that its name is free again. False: it
    // is still there at the deadline.
    virtual bool wait_until_gone(const std::string& unit, Deadline deadline) = 0;
};

// A connection to the system bus, for as long as the object lives; then it is kept for the next
// who asks, because greeting the bus and becoming known to the manager takes both of them longer
// than everything a launch asks for. Throws SystemdError.
std::unique_ptr<SystemdManager> connect_systemd();

} // namespace vmwarden::host
