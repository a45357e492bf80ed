// SPDX-License-Identifier: LGPL-2.1-or-later
// What agent and shim say to each other over one SOCK_SEQPACKET pair.
//
//   agent                              shim
//   spawn (control socket is fd 3) ->  blocked in recvmsg
//   prepare + descriptors          ->  decodes the plan
//                                  <-  ready | failed
//   … scope, cgroups, read-back …
//   release + the emulator node    ->  forks, drops everything; the children walk the steps and
//                                       exec the plan's attendants and QEMU
//                                  <-  started(pid) + pidfd | failed(step, errno)
//   (the agent may go away here)       stays: reaps QEMU, passes stop requests on
//
// A shim can also be asked to become an emulator that the agent wants to ask what it can do,
// without guest and scope. Then the agent stands in for the shim's parent half:
//
//   ask + descriptors, go_ahead    ->  decodes the plan, walks the steps itself and execs
//                                  <-  StepReports (steps.h); EOF after `handed_over` is the exec
//
// A shim whose control socket closes before `release` exits and starts nothing. Its standard error
// is a file that what QEMU says goes to, bounded by the shim (output.h).
#pragma once

#include <cstdint>

namespace vmwarden::shim {

constexpr int control_fd = 3;

enum class Request : std::uint8_t {
    // Descriptors: the plan's memfd (sealed), the exit record (O_WRONLY), the shim's end of the
    // monitor pair if the plan has a shim_monitor, then one for each of plan.process.fds in order,
    // then one for each of plan.attendants.
    prepare = 'P',
    // Descriptor: directory of the control group that QEMU is born into.
    release = 'R',
    // Descriptors: the plan's memfd (sealed; of the plan only the process counts, and it lists no
    // descriptors), the emulator's standard input and output, its standard error.
    ask = 'A',
};

struct Report {
    enum class Kind : std::uint8_t { ready = 'y', started = 's', failed = 'f' };
    static constexpr int name_size = 32;

    Kind kind = Kind::failed;
    std::uint8_t step = 0;          // of failed: index into the table of steps (steps.h)
    std::int32_t error = 0;         // errno
    std::int32_t pid = 0;           // of started: QEMU; its pidfd comes along as a descriptor
    char step_name[name_size] = {}; // of failed, for people: "capabilities", "plan"
};

// Of an attendant, step_name begins with its name: "tpm0: exec".

// The exit record, one line, written when QEMU has ended: "exited STATUS" or "killed SIGNAL".

} // namespace vmwarden::shim
