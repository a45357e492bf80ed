// SPDX-License-Identifier: LGPL-2.1-or-later
// What agent and shim say to each other over one SOCK_SEQPACKET pair.
//
//   agent                              shim
//   spawn (control socket is fd 3) ->  blocked in recvmsg
//   prepare + descriptors          ->  decodes the plan
//                                  <-  ready | failed
//   … scope, cgroups, read-back …
//   release + emulator cgroup.procs ->  forks; the child walks the steps and execs QEMU
//                                  <-  started(pid) | failed(step, errno)
//   (the agent may go away here)       drops everything, stays: reaps QEMU, passes stop requests on
//
// A shim whose control socket closes before `release` exits and starts nothing.
#pragma once

#include <cstdint>

namespace vmwarden::shim {

constexpr int control_fd = 3;

enum class Request : std::uint8_t {
    // Descriptors: the plan's memfd (sealed), the exit record (O_WRONLY), the shim's end of the
    // monitor pair if the plan has a shim_monitor, then one for each of plan.process.fds in order.
    prepare = 'P',
    // Descriptor: cgroup.procs of the node QEMU goes to, opened for writing.
    release = 'R',
};

struct Report {
    enum class Kind : std::uint8_t { ready = 'y', started = 's', failed = 'f' };
    Kind kind = Kind::failed;
    std::uint8_t step = 0;      // of failed: index into the table of steps (steps.h)
    std::int32_t error = 0;     // errno
    std::int32_t pid = 0;       // of started: QEMU
};

// The exit record, one line, written when QEMU has ended: "exited STATUS" or "killed SIGNAL".

} // namespace vmwarden::shim
