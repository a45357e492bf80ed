// SPDX-License-Identifier: LGPL-2.1-or-later
// Supervisor: why the policy says what it says.
#include "agent/supervisor/supervisor.h"

#include "src/base/suggest.h"

namespace vmwarden::supervisor {

namespace {

// What read_policy() made of the files in force, with every line's share.
ReadPolicy in_force(const PolicySnapshot& snapshot) {
    if (snapshot.files.empty()) return {snapshot.policy, {}, {}};
    return read_policy(snapshot.files);
}

std::vector<PolicyEntry> entries(const PolicySnapshot& snapshot, const Definition* guest) {
    if (guest == nullptr) return policy_entries(snapshot.policy);
    auto own = policy_for(snapshot.policy, traits_of(guest->guest));
    own.rules.clear(); // they have been applied
    return policy_entries(own);
}

Outcome<KeyExplanation> explanation(const PolicySnapshot& snapshot, const std::string& key,
                                    const Definition* guest) {
    const auto traits = guest == nullptr ? GuestTraits() : traits_of(guest->guest);
    auto found =
        vmwarden::explain_key(in_force(snapshot), key, guest == nullptr ? nullptr : &traits);
    if (found) return std::move(*found);
    const auto hint = did_you_mean(key, policy_key_names());
    return Failure{Failure::Kind::invalid_argument,
                   "unknown key '" + key + "'; " +
                       (hint.empty() ? "vmwarden-policy.yaml(5) has the keys there are" : hint)};
}

} // namespace

void Supervisor::with_definition(const std::string& name, Then<DefinitionPointer> then) {
    if (name.empty()) return then(DefinitionPointer());
    const auto* known = guest(name);
    if (known == nullptr) return then(no_such_guest(name));
    disk_.run<DefinitionPointer>(
        [this, name, transient = known->status.transient] {
            return read_definition(name, transient);
        },
        std::move(then));
}

void Supervisor::effective_policy(const std::string& guest, Then<std::vector<PolicyEntry>> then) {
    with_definition(guest, [this, then = std::move(then)](Outcome<DefinitionPointer> read) mutable {
        if (auto* failure = std::get_if<Failure>(&read)) return then(std::move(*failure));
        hands_.run<std::vector<PolicyEntry>>(
            [this, definition = std::get<DefinitionPointer>(read)] {
                return entries(*pipeline_.policy_in_force(), definition.get());
            },
            std::move(then));
    });
}

void Supervisor::explain_key(std::string key, const std::string& guest, Then<KeyExplanation> then) {
    with_definition(guest, [this, key = std::move(key),
                            then = std::move(then)](Outcome<DefinitionPointer> read) mutable {
        if (auto* failure = std::get_if<Failure>(&read)) return then(std::move(*failure));
        hands_.run<KeyExplanation>(
            [this, key = std::move(key), definition = std::get<DefinitionPointer>(read)] {
                return explanation(*pipeline_.policy_in_force(), key, definition.get());
            },
            std::move(then));
    });
}

// A running guest has the filter of its plan, whatever the policy says by now.
void Supervisor::explain_device(const std::string& guest, std::string node,
                                Then<DeviceExplanation> then) {
    auto explain = [this, node = std::move(node), then](const LaunchPlan& plan,
                                                        const DefinitionPointer& definition) {
        hands_.run<DeviceExplanation>(
            [this, node, plan, definition] {
                return pipeline_.explain_device(*definition, plan, node);
            },
            then);
    };
    auto with_plan = [this, guest, then,
                      explain = std::move(explain)](const Outcome<LaunchPlan>& plan) {
        if (const auto* failure = std::get_if<Failure>(&plan)) return then(*failure);
        with_definition(guest, [then, explain, plan = std::get<LaunchPlan>(plan)](
                                   const Outcome<DefinitionPointer>& read) {
            if (const auto* failure = std::get_if<Failure>(&read)) return then(*failure);
            explain(plan, std::get<DefinitionPointer>(read));
        });
    };
    plan_of(guest, std::move(with_plan));
}

} // namespace vmwarden::supervisor
