// SPDX-License-Identifier: LGPL-2.1-or-later
// The end of a guest: its scope, its files, its state.
#include "agent/executor/executor.h"
#include "agent/executor/granted_files.h"
#include "agent/executor/guest_state.h"
#include "agent/executor/network_devices.h"
#include "agent/executor/scope_end.h"
#include "agent/executor/taken_devices.h"
#include "agent/host/cgroup.h"
#include "agent/host/process.h"

#include <cerrno>
#include <csignal>
#include <system_error>

namespace vmwarden::executor {
namespace {

using std::chrono::seconds;
using Clock = std::chrono::steady_clock;

constexpr auto kill_patience = seconds(30);
constexpr auto record_patience = seconds(5); // for the shim to write down how QEMU ended

// A name is a directory entry here, never a path.
void require_name(const std::string& guest) {
    if (guest.empty() || guest == "." || guest == ".." || guest.find('/') != std::string::npos)
        throw LaunchError("name", "'" + guest + "' is not a guest's name");
}

// False when QEMU cannot be ended alone: no record, or a kernel without cgroup.kill.
bool kill_emulator(const GuestState& state) {
    const auto running = state.running();
    if (!running || running->boot != host::boot_id()) return false;
    try {
        host::cgroup::kill_all(host::cgroup::open_node(running->control_group + "/emulator").get());
        return true;
    } catch (const std::system_error&) {
        return false;
    }
}

} // namespace

void end_scope(host::SystemdManager& systemd, const std::string& unit) {
    systemd.kill_unit(unit, SIGKILL);
    systemd.stop_unit(unit);
    if (!systemd.wait_until_gone(unit, Clock::now() + kill_patience))
        throw LaunchError("scope", unit + " does not end",
                          "a process in it cannot be killed, as when its storage hangs");
}

void kill_scope(const std::string& guest, const Places& places) {
    require_name(guest);
    const auto state = GuestState::open(places, guest);
    const std::string unit = state ? state->unit() : "";
    if (unit.empty()) return;
    const auto systemd = host::connect_systemd();
    if (kill_emulator(*state) && systemd->wait_until_gone(unit, Clock::now() + record_patience))
        return;
    end_scope(*systemd, unit);
}

ExitRecord take_back(const std::string& guest, std::vector<std::string>& log,
                     const Places& places) {
    require_name(guest);
    ExitRecord record;
    if (const auto state = GuestState::open(places, guest)) {
        if (const std::string unit = state->unit(); !unit.empty())
            end_scope(*host::connect_systemd(), unit);
        record = state->exit_record();
        if (const auto running = state->running()) host::reap(running->shim_pid);
    }
    remove_network_devices(guest, log);
    restore_files(guest, places, log);
    give_back_devices(guest, log, places);
    GuestState::remove(places, guest);
    return record;
}

} // namespace vmwarden::executor
