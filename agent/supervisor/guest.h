// SPDX-License-Identifier: LGPL-2.1-or-later
// One guest as the registry keeps it: its status and, while QEMU runs, what we hold of it.
#pragma once

#include "agent/executor/executor.h"
#include "agent/supervisor/monitor.h"
#include "agent/supervisor/status.h"

#include <memory>

namespace vmwarden::supervisor {

struct Guest {
    GuestStatus status;
    bool destroyed = false; // we have killed it, and know how it ends before it has
    // Shared with worker threads that look at the guest; absent: no QEMU.
    std::shared_ptr<executor::RunningGuest> running;
    // running->plan as it is by now: its limits follow the policy.
    std::shared_ptr<const LaunchPlan> plan;
    bool limits_under_way = false; // a worker sets them
    bool end_waits = false;        // for that worker
    std::unique_ptr<Monitor> monitor;
    Loop::Source exit_watch;
};

// What the exit record means: the event for the life cycle, and the words for ExitReason.
struct EndingOf {
    guest::Event event = guest::Event::exited_badly;
    std::string reason;
};
EndingOf ending_of(bool destroyed, const executor::ExitRecord& record);

std::uint64_t realtime_usec();

} // namespace vmwarden::supervisor
