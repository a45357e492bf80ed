// SPDX-License-Identifier: LGPL-2.1-or-later
// Whether the policy lets a guest of this size in at all.
#include "src/resolve/steps.h"

namespace vmwarden::resolving {

namespace {

std::string raise(std::string_view key, const Origin& origin) {
    return "ask for less, or raise " + policy_line(key, origin);
}

void limit_size(Draft& draft) {
    const auto& policy = draft.policy;
    const auto& definition = draft.definition;
    if (definition.vcpus > policy.limits_vcpus.value)
        draft.deny("vcpus", definition.place, policy.limits_vcpus.origin,
                   std::to_string(definition.vcpus) + " vcpus; the policy allows " +
                       std::to_string(policy.limits_vcpus.value),
                   raise("limits.vcpus", policy.limits_vcpus.origin));
    const auto& most = policy.limits_memory;
    const Bytes shared{draft.plan.asked.shared_memory};
    if (definition.memory <= most.value &&
        shared.count <= most.value.count - definition.memory.count)
        return;
    draft.deny("memory", definition.memory_place, most.origin,
               size_text(definition.memory) + " of memory" +
                   (shared.count == 0 ? "" : " and " + size_text(shared) + " that it shares") +
                   "; the policy allows " + size_text(most.value),
               raise("limits.memory", most.origin));
}

void limit_guests(Draft& draft) {
    const auto& limit = draft.policy.limits_guests;
    if (draft.facts.other_guests < limit.value) return;
    draft.deny("guests", draft.definition.name_place, limit.origin,
               std::to_string(draft.facts.other_guests) +
                   " guests run already; the policy allows " + std::to_string(limit.value),
               "stop one, or raise " + policy_line("limits.guests", limit.origin));
}

// What such words open or start is not in the plan: neither granted nor labelled, nor looked at.
void check_raw_arguments(Draft& draft) {
    const auto& definition = draft.definition;
    const auto arguments = definition.raw_arguments.size();
    const auto variables = definition.raw_environment.size();
    if (arguments + variables == 0) return;
    const auto& permits = draft.policy.permits;
    for (const auto& permit : permits.value)
        if (permit.value == Permit::qemu_commandline)
            return draft.decide("qemu:commandline",
                                std::to_string(arguments) + " arguments and " +
                                    std::to_string(variables) + " variables as they are",
                                permit.origin.text());
    draft.deny("qemu:commandline",
               arguments != 0 ? definition.raw_arguments.front().place
                              : definition.raw_environment.front().place,
               permits.origin,
               "the definition gives QEMU arguments or environment of its own, and the policy does "
               "not permit that",
               "remove <qemu:commandline>, or add qemu-commandline to " +
                   policy_line("permits", permits.origin));
}

} // namespace

void admit_guest(Draft& draft) {
    limit_guests(draft);
    limit_size(draft);
    check_raw_arguments(draft);
}

} // namespace vmwarden::resolving
