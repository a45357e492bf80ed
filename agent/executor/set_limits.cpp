// SPDX-License-Identifier: LGPL-2.1-or-later
// The limits of a guest that runs.
#include "agent/executor/executor.h"
#include "agent/executor/guest_state.h"
#include "agent/host/kernel_view.h"
#include "agent/host/process.h"
#include "agent/host/systemd_manager.h"

#include <cerrno>
#include <system_error>

namespace vmwarden::executor {
namespace {

void require_limits(const RunningGuest& guest, const LaunchPlan& changed) {
    const auto view = host::read_limits(guest.qemu_pid, guest.qemu_pidfd.get());
    for (const VerifyRow& row : verify_limits(changed, view))
        if (!row.holds)
            throw LaunchError("verify", "'" + row.protection + "' does not hold: planned " +
                                            row.planned + ", found " + row.found);
}

} // namespace

bool set_limits(const RunningGuest& guest, const LaunchPlan& changed, const Places& places) {
    auto state = GuestState::open(places, changed.name);
    if (!state || host::has_ended(guest.shim_pidfd.get())) return false;
    if (!host::connect_systemd()->set_limits(changed.scope)) return false;
    try {
        require_limits(guest, changed);
    } catch (const std::system_error& error) {
        if (error.code().value() != ESRCH) throw;
        return false;
    }
    state->write_plan(changed);
    return true;
}

} // namespace vmwarden::executor
