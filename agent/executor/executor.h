// SPDX-License-Identifier: LGPL-2.1-or-later
// The parent half of a launch, and its exact reverse. Everything here blocks (disk, systemd, QEMU)
// and runs on a job thread; nothing here decides: it has a plan and carries it out or takes all of
// it back.
#pragma once

#include "agent/executor/places.h"
#include "src/base/unique_fd.h"
#include "src/plan/launch_plan.h"
#include "src/verify/verify.h"

#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

namespace vmwarden::executor {

// A launch that did not happen. what() is the whole sentence for the caller: step, what, how to
// mend.
class LaunchError : public std::runtime_error {
  public:
    LaunchError(std::string step, const std::string& message, std::string hint = {});
    [[nodiscard]] const std::string& step() const { return step_; }
    [[nodiscard]] const std::string& message() const { return message_; }
    [[nodiscard]] const std::string& hint() const { return hint_; }

  private:
    std::string step_;
    std::string message_;
    std::string hint_;
};

// A guest whose QEMU runs confined. Move-only; dropping it closes our descriptors and leaves the
// guest alone.
struct RunningGuest {
    LaunchPlan plan;
    pid_t qemu_pid = -1;
    pid_t shim_pid = -1;
    UniqueFd qemu_pidfd;
    UniqueFd shim_pidfd; // readable when the shim, and so the guest, has ended
    // Connected, capabilities negotiated, non-blocking. Empty when an adopted QEMU did not answer:
    // a guest is not taken down for that.
    UniqueFd qmp;
    bool paused = false;
};

// prepare -> spawn shim -> scope -> read back -> release -> QMP -> verify -> cont. On any failure
// everything done so far is undone, in reverse, before LaunchError leaves.
RunningGuest launch(const LaunchPlan& plan, const Places& places = system_places());

// How a guest ended, out of the shim's record.
struct ExitRecord {
    bool known = false;
    bool signalled = false;
    int code = 0;           // exit status or signal number
    std::string last_words; // of QEMU on its standard error: some lines, printable
};

// After the guest has ended, or to end what is left of it: stops the scope if it is still there,
// restores owners and labels out of the journal, removes the state directory. Idempotent: also used
// for leftovers of a killed agent, and without a state directory for a restore journal that a crash
// of the host has left. `log` receives what could not be restored, a line each. Throws LaunchError
// when the scope does not end: its files are then still in use and stay as they are.
ExitRecord take_back(const std::string& guest, std::vector<std::string>& log,
                     const Places& places = system_places());

// What stands under /run/vmwarden/guests when the agent starts, and what a restore journal names.
// A guest is adoptable when its launch was completed and its QEMU, told by pid, start time and
// control group, still runs.
struct Survivor {
    std::string name;
    std::optional<RunningGuest> guest; // adoptable; absent: leftovers for take_back()
};
std::vector<Survivor> survey(const Places& places = system_places());

// Gives the scope of a running guest the limits of `changed`, which is its plan otherwise, reads them
// back and keeps `changed` in the guest's state directory in place of its plan. False: the guest has
// ended. Throws when it did not work; the guest's plan is then the old one. Not while the guest is
// taken back.
bool set_limits(const RunningGuest& guest, const LaunchPlan& changed,
                const Places& places = system_places());

// Ends QEMU by SIGKILL through its control group and waits until the scope is gone; the shim, which
// writes down how QEMU ended, is killed only when it does not end by itself. Nothing when the guest
// is not there. Throws LaunchError when the scope stays.
void kill_scope(const std::string& guest, const Places& places = system_places());

} // namespace vmwarden::executor
