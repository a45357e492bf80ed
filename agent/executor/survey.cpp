// SPDX-License-Identifier: LGPL-2.1-or-later
// What an agent finds of the guests of its predecessor.
#include "agent/executor/executor.h"
#include "agent/executor/guest_state.h"
#include "agent/executor/restore_journal.h"
#include "agent/host/cgroup.h"
#include "agent/host/process.h"
#include "agent/host/qmp_client.h"

#include <algorithm>
#include <system_error>

namespace vmwarden::executor {
namespace {

using std::chrono::seconds;

constexpr auto answer_patience = seconds(5);

// Pinned first, compared after: the number cannot change hands in between.
UniqueFd same_process(pid_t pid, std::uint64_t start) {
    UniqueFd pidfd = host::open_pidfd(pid);
    if (host::start_time(pid) != start || host::has_ended(pidfd.get())) return {};
    return pidfd;
}

std::string socket_name(const LaunchPlan& plan) {
    for (const plan::InheritedFd& fd : plan.process.fds)
        if (fd.kind == plan::InheritedFd::Kind::qmp_listener)
            return fd.path.substr(fd.path.rfind('/') + 1);
    return "";
}

// The predecessor's connection is gone with it, so QEMU takes the next one.
void reconnect(const GuestState& state, RunningGuest& guest) {
    try {
        const auto deadline = std::chrono::steady_clock::now() + answer_patience;
        host::QmpClient client(state.connect_to(socket_name(guest.plan)));
        client.negotiate(deadline);
        guest.paused = !client.execute("query-status", deadline).value("running", false);
        guest.qmp = client.release();
    } catch (const std::exception&) {
        guest.qmp.reset(); // it runs all the same; the caller sees that it does not answer
    }
}

std::optional<RunningGuest> adopt(const GuestState& state) {
    const auto record = state.running();
    auto plan = state.plan();
    if (!record || !plan || record->boot != host::boot_id()) return std::nullopt;
    RunningGuest guest;
    guest.qemu_pidfd = same_process(record->qemu_pid, record->qemu_start);
    guest.shim_pidfd = same_process(record->shim_pid, record->shim_start);
    const std::string planned = record->control_group + "/emulator";
    if (!guest.qemu_pidfd || !guest.shim_pidfd ||
        host::cgroup::of_process(record->qemu_pid) != planned)
        return std::nullopt;
    guest.plan = std::move(*plan);
    guest.qemu_pid = record->qemu_pid;
    guest.shim_pid = record->shim_pid;
    reconnect(state, guest);
    return guest;
}

std::optional<RunningGuest> adopt(const Places& places, const std::string& name) {
    try {
        const auto state = GuestState::open(places, name);
        return state ? adopt(*state) : std::nullopt;
    } catch (const std::system_error&) {
        return std::nullopt; // a process that has ended, or a directory that is none
    }
}

} // namespace

std::vector<Survivor> survey(const Places& places) {
    std::vector<std::string> names = GuestState::all(places);
    for (const std::string& name : RestoreDirectory(places.restore).guests())
        names.push_back(name);
    std::sort(names.begin(), names.end());
    names.erase(std::unique(names.begin(), names.end()), names.end());
    std::vector<Survivor> survivors;
    for (const std::string& name : names)
        survivors.push_back({name, adopt(places, name)});
    return survivors;
}

} // namespace vmwarden::executor
