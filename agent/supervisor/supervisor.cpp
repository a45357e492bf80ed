// SPDX-License-Identifier: LGPL-2.1-or-later
#include "agent/supervisor/supervisor.h"

#include "agent/supervisor/log.h"
#include "src/hostpolicy/candidate.h"

#include <algorithm>

namespace vmwarden::supervisor {

namespace {

// Launches wait for systemd and QEMU most of their time: more at once than processors.
constexpr unsigned most_hands = 8;

} // namespace

Supervisor::Supervisor(Loop& loop, Effects& effects, Directories directories)
  : loop_(loop)
  , effects_(effects)
  , persistent_(std::move(directories.persistent))
  , transient_(std::move(directories.transient))
  , pipeline_(effects,
              [this](PolicyPointer policy) {
                  loop_.post([this, policy = std::move(policy)] { policy_seen(policy); });
              })
  , disk_(loop, 1)
  , hands_(loop, most_hands)
  , owner_(loop, 1)
  , asking_(loop, 1) {}

Supervisor::~Supervisor() {
    if (policy_.trial.empty()) return;
    log_with({{"POLICY_FILE", std::string(own_policy_directory) + "/" + policy_.trial},
              {"TRIAL", "ended"}},
             LOG_WARNING,
             policy_.trial + ": its trial is over, the agent ends; the policy files on disk hold");
}

void Supervisor::start(Listener& listener) {
    listener_ = &listener;
    policy_ = pipeline_.read_policy()->status();
    load_definitions();
    survey();
}

Guest* Supervisor::guest(const std::string& name) {
    const auto found = guests_.find(name);
    return found == guests_.end() ? nullptr : &found->second;
}

const GuestStatus* Supervisor::find(const std::string& name) const {
    const auto found = guests_.find(name);
    return found == guests_.end() ? nullptr : &found->second.status;
}

const GuestStatus* Supervisor::find_uuid(const std::string& uuid) const {
    for (const auto& [name, guest] : guests_)
        if (!uuid.empty() && guest.status.uuid == uuid) return &guest.status;
    return nullptr;
}

const GuestStatus* Supervisor::find_pid(std::uint32_t pid) const {
    const auto is = [pid](pid_t known) { return known > 0 && static_cast<pid_t>(pid) == known; };
    for (const auto& [name, guest] : guests_)
        if (guest.running && (is(guest.running->qemu_pid) || is(guest.running->shim_pid)))
            return &guest.status;
    return nullptr;
}

std::vector<const GuestStatus*> Supervisor::list() const {
    std::vector<const GuestStatus*> all;
    for (const auto& [name, guest] : guests_)
        all.push_back(&guest.status);
    return all;
}

bool Supervisor::guests_running() const {
    return std::any_of(guests_.begin(), guests_.end(), [](const auto& entry) {
        return entry.second.running || guest::active(entry.second.status.state);
    });
}

bool Supervisor::idle() const {
    return !working() && jobs_.empty() && !guests_running() && policy_.trial.empty();
}

} // namespace vmwarden::supervisor
