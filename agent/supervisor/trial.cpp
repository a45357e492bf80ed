// SPDX-License-Identifier: LGPL-2.1-or-later
// Supervisor: a policy is put on trial, ends its trial, or is only thought through.
#include "agent/supervisor/supervisor.h"
#include "src/base/text.h"
#include "src/hostpolicy/candidate.h"

#include <algorithm>

namespace vmwarden::supervisor {

namespace {

std::optional<Failure> bad_name(const std::string& name) {
    if (is_policy_file_name(name)) return std::nullopt;
    return Failure{Failure::Kind::invalid_argument,
                   "'" + printable(name) +
                       "' is no name of a policy file; choose one such as 60-site.yaml"};
}

std::optional<Failure> bad_length(std::chrono::seconds length) {
    if (length >= shortest_trial && length <= longest_trial) return std::nullopt;
    return Failure{Failure::Kind::invalid_argument,
                   "a trial takes " + std::to_string(shortest_trial.count()) + " to " +
                       std::to_string(longest_trial.count()) + " seconds, not " +
                       std::to_string(length.count())};
}

} // namespace

void Supervisor::try_policy(PolicyCandidate candidate, std::chrono::seconds length,
                            Then<std::uint64_t> then) {
    if (auto failure = bad_name(candidate.name)) return then(std::move(*failure));
    if (auto failure = bad_length(length)) return then(std::move(*failure));
    disk_.run<std::uint64_t>(
        [this, candidate = std::move(candidate), length]() -> Outcome<std::uint64_t> {
            const auto term = trial_term(length);
            auto begun = pipeline_.policies().begin_trial(candidate, term);
            if (auto* failure = std::get_if<Failure>(&begun)) return std::move(*failure);
            return term.until_usec;
        },
        std::move(then));
}

void Supervisor::confirm_policy(Then<std::string> then) {
    disk_.run<std::string>([this] { return pipeline_.policies().confirm_trial(); },
                           std::move(then));
}

void Supervisor::revert_policy(Then<Done> then) {
    disk_.run<Done>([this] { return pipeline_.policies().revert_trial(); }, std::move(then));
}

// Snapshots arrive in the order they came into force, so the last one's trial is the one to end.
void Supervisor::time_trial(const PolicyPointer& policy) {
    trial_end_ = {};
    if (policy->trial.empty()) return;
    const auto left = std::chrono::duration_cast<std::chrono::microseconds>(
        policy->trial_term.deadline - std::chrono::steady_clock::now());
    const auto over = [this, term = policy->trial_term] {
        disk_.run<Done>(
            [this, term] {
                pipeline_.policies().expire_trial(term);
                return Done();
            },
            [](const Outcome<Done>&) {});
    };
    trial_end_ = loop_.after(std::max(left, std::chrono::microseconds::zero()), over);
}

void Supervisor::simulate_policy(PolicyCandidate candidate, Then<std::vector<Forecast>> then) {
    if (auto failure = bad_name(candidate.name)) return then(std::move(*failure));
    struct Subject {
        std::string name;
        bool transient = false;
        std::shared_ptr<const LaunchPlan> plan; // absent: does not run
    };
    std::vector<Subject> subjects;
    for (const auto& [name, guest] : guests_)
        subjects.push_back({name, guest.status.transient, guest.running ? guest.plan : nullptr});
    const auto plan_of = [this](const Outcome<DefinitionPointer>& definition,
                                const PolicySnapshot& policy) -> Outcome<LaunchPlan> {
        if (const auto* failure = std::get_if<Failure>(&definition)) return *failure;
        if (policy.nothing_starts()) return *policy.failure();
        return pipeline_.plan_under(policy, *std::get<DefinitionPointer>(definition));
    };
    hands_.run<std::vector<Forecast>>(
        [this, candidate = std::move(candidate), subjects = std::move(subjects),
         plan_of]() -> Outcome<std::vector<Forecast>> {
            const auto judged = pipeline_.policies().judge(candidate);
            if (const auto* failure = std::get_if<Failure>(&judged)) return *failure;
            const auto in_force = pipeline_.read_policy();
            std::vector<Forecast> out;
            for (const auto& [name, transient, plan] : subjects) {
                const auto definition = read_definition(name, transient);
                const auto now = plan ? Outcome<LaunchPlan>(*plan) : plan_of(definition, *in_force);
                out.push_back(forecast(name, plan != nullptr, now,
                                       plan_of(definition, *std::get<PolicyPointer>(judged))));
            }
            return out;
        },
        std::move(then));
}

} // namespace vmwarden::supervisor
