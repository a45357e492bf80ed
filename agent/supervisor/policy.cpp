// SPDX-License-Identifier: LGPL-2.1-or-later
// Supervisor: the host policy is read, checked and changes.
#include "agent/supervisor/supervisor.h"

namespace vmwarden::supervisor {

// On the thread of the definitions: launches, which wait long, cannot hold it up.
void Supervisor::reload_policy(Then<Done> then) {
    disk_.run<Done>(
        [this]() -> Outcome<Done> {
            if (auto failure = pipeline_.read_policy()->failure()) return std::move(*failure);
            return Done();
        },
        [this, before = in_force_, then = std::move(then)](Outcome<Done> outcome) {
            if (std::holds_alternative<Failure>(outcome)) return then(std::move(outcome));
            if (in_force_ == before) follow_policy(); // once more, for what failed before
            when_followed([then, outcome = std::move(outcome)] { then(outcome); });
        });
}

void Supervisor::check_policy(PolicyFile file, Then<Diagnostics> then) {
    hands_.run<Diagnostics>(
        [file = std::move(file)] {
            return read_policy({&file, 1}).diagnostics;
        },
        std::move(then));
}

void Supervisor::policy_seen(const PolicyPointer& policy) {
    in_force_ = policy;
    follow_policy();
    auto now = policy->status();
    if (now == policy_) return;
    const auto before = std::exchange(policy_, std::move(now));
    if (before.trial_until_usec != policy_.trial_until_usec) time_trial(policy);
    listener_->policy_changed(before, policy_);
}

} // namespace vmwarden::supervisor
