// SPDX-License-Identifier: LGPL-2.1-or-later
// Supervisor: what was made under one policy follows the next: limits of running guests
// (docs/adr/0020), owners of our directories (docs/adr/0021).
#include "agent/supervisor/log.h"
#include "agent/supervisor/supervisor.h"
#include "src/resolve/live_limits.h"

#include <utility>

namespace vmwarden::supervisor {

namespace {

std::string limits_text(const LaunchPlan& plan) {
    const auto& scope = plan.scope;
    return "at most " + std::to_string(scope.tasks_max) + " processes, " +
           (scope.memory_max == 0 ? "memory without a limit"
                                  : size_text(Bytes{scope.memory_max}) + " of memory");
}

} // namespace

// The most restrictive policy is nobody's will, and the running guests were started under another.
bool Supervisor::follows() const {
    return in_force_ && !in_force_->nothing_starts();
}

void Supervisor::follow_policy() {
    for (auto& [name, guest] : guests_)
        follow_limits(guest);
    own_directories();
}

// One worker a guest: what changes meanwhile is seen when it is back, so the last policy wins.
void Supervisor::follow_limits(Guest& guest) {
    if (!follows() || !guest.running || guest.limits_under_way) return;
    const auto limits = live_limits(in_force_->policy, *guest.plan);
    if (plan::has_limits(guest.plan->scope, limits)) return;
    guest.limits_under_way = true;
    ++following_;
    const auto changed = std::make_shared<const LaunchPlan>(plan::with_limits(*guest.plan, limits));
    hands_.run<bool>([this, running = guest.running,
                      changed] { return effects_.set_limits(*running, *changed); },
                     [this, name = guest.status.name, changed,
                      policy = in_force_](const Outcome<bool>& outcome) {
                         limits_set(name, changed, policy, outcome);
                     });
}

// The guest is still registered: its end has waited.
void Supervisor::limits_set(const std::string& name,
                            const std::shared_ptr<const LaunchPlan>& changed,
                            const PolicyPointer& policy, const Outcome<bool>& outcome) {
    auto& guest = *this->guest(name);
    guest.limits_under_way = false;
    if (const auto* failure = std::get_if<Failure>(&outcome)) {
        log(LOG_ERR,
            "its limits stay as they were until the policy changes or is reloaded: " +
                failure->message,
            name);
    } else if (std::get<bool>(outcome)) {
        guest.plan = changed;
        log(LOG_NOTICE, "its limits follow the policy: " + limits_text(*changed), name);
    }
    if (std::exchange(guest.end_waits, false))
        on_exit(name);
    else if (policy != in_force_)
        follow_limits(guest);
    followed();
}

// What guests hold is looked at when it is this pass' turn.
void Supervisor::own_directories() {
    if (!follows()) return;
    ++following_;
    owner_.run<executor::OwnershipPass>(
        [this, policy = in_force_] {
            return effects_.own_directories(policy->policy.user.value, policy->policy.group.value,
                                            pipeline_.reservations().files());
        },
        [this](const Outcome<executor::OwnershipPass>& outcome) {
            directories_owned(outcome);
            followed();
        });
}

void Supervisor::directories_owned(const Outcome<executor::OwnershipPass>& outcome) {
    const auto* pass = std::get_if<executor::OwnershipPass>(&outcome);
    files_left_ = pass == nullptr || !pass->complete;
    if (pass == nullptr)
        return log(LOG_ERR, "our directories do not follow the policy: " +
                                std::get<Failure>(outcome).message);
    for (const auto& line : pass->log)
        log(LOG_WARNING, line);
    if (!pass->done.empty()) log(LOG_NOTICE, pass->done);
}

void Supervisor::when_followed(std::function<void()> then) {
    when_followed_.push_back(std::move(then));
    ++following_;
    followed();
}

void Supervisor::followed() {
    if (--following_ != 0) return;
    for (const auto& then : std::exchange(when_followed_, {}))
        then();
}

} // namespace vmwarden::supervisor
