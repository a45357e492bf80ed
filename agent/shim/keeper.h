// SPDX-License-Identifier: LGPL-2.1-or-later
// What the shim is for while its guest runs: stop requests become an orderly shutdown, attendants
// are looked after, and how QEMU ended is written down. Runs without privilege.
#pragma once

#include "agent/shim/attendants.h"
#include "agent/shim/monitor.h"
#include "agent/shim/output.h"
#include "src/base/unique_fd.h"

#include <sys/types.h>

namespace vmwarden::shim {

struct Keeper {
    pid_t qemu = -1;
    int kill_signal = 0; // the scope's KillSignal=
    UniqueFd signals;    // signalfd of the blocked signals
    UniqueFd exit_record;
    Monitor monitor;
    Output output;
    Attendants attendants;
    bool stopping = false; // a power-off was asked for, and is asked for again until QEMU has ended
};

// Returns when QEMU has ended, and every attendant after it: with QEMU's exit status, or 128 and
// the signal's number.
int keep(Keeper& keeper) noexcept;

// The signals that ask the shim for something: SIGTERM, the kill signal and SIGRTMIN+4 (what
// machinectl poweroff sends to a leader) for a power-off, SIGINT (machinectl reboot) for a reset.
bool asks_powerdown(int signal, int kill_signal);
bool asks_reset(int signal, int kill_signal);

} // namespace vmwarden::shim
