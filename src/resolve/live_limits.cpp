// SPDX-License-Identifier: LGPL-2.1-or-later
#include "src/resolve/live_limits.h"

#include <algorithm>

namespace vmwarden {

namespace {

// Linux numbers no more processes than this (PID_MAX_LIMIT) and takes no larger pids.max.
constexpr std::uint64_t most_tasks = std::uint64_t{4} << 20;

constexpr std::uint64_t mebibyte = std::uint64_t{1} << 20;
// QEMU without a guest: 1 GiB is its buffer of translated code where there is no KVM ("info jit" of
// 7.2: 1073736704 bytes), the rest is for its program, stacks, display and block buffers.
constexpr std::uint64_t own_memory = 1536 * mebibyte;
// Page tables, dirty bitmaps and caches grow with the guest.
constexpr std::uint64_t share_of_guest = 8;
// Beyond this the kernel's counter of pages reads "max" again.
constexpr std::uint64_t no_limit_above = std::uint64_t{1} << 60;

// Whole mebibytes: the kernel rounds down to pages, whose size differs, and is to give back what
// was written. 0: no limit.
std::uint64_t with_allowance(std::uint64_t memory) {
    if (memory > no_limit_above) return 0;
    const auto sum = memory + own_memory + memory / share_of_guest;
    return (sum + mebibyte - 1) / mebibyte * mebibyte;
}

void limit_tasks(plan::LiveLimits& limits, const HostPolicy& policy) {
    const auto& processes = policy.limits_processes;
    limits.tasks_max = std::min<std::uint64_t>(processes.value, most_tasks);
    limits.decisions.push_back(
        {"processes", "at most " + std::to_string(limits.tasks_max), processes.origin.text()});
}

// Less than the policy would give, where the definition asks for that; also whole mebibytes.
bool tighten(plan::LiveLimits& limits, std::optional<std::uint64_t> wanted) {
    if (!wanted) return false;
    const auto own = *wanted / mebibyte * mebibyte;
    if (own == 0 || (limits.memory_max != 0 && limits.memory_max <= own)) return false;
    limits.memory_max = own;
    return true;
}

// A guest that was let in larger than today's limit keeps what it has.
void limit_memory(plan::LiveLimits& limits, const HostPolicy& policy, const LaunchPlan& plan) {
    const auto& allowed = policy.limits_memory;
    const auto asked = plan.asked.memory + plan.asked.shared_memory;
    const auto memory = std::max(allowed.value.count, asked);
    limits.memory_max = with_allowance(memory);
    const bool own = asked > allowed.value.count;
    if (tighten(limits, plan.asked.hard_limit))
        return limits.decisions.push_back(
            {"memory", "at most " + size_text(Bytes{limits.memory_max}) + ": its <hard_limit>",
             "the definition"});
    limits.decisions.push_back(
        {"memory",
         limits.memory_max == 0
             ? "no limit: more is allowed than the kernel counts"
             : "at most " + size_text(Bytes{limits.memory_max}) + ": " + size_text(Bytes{memory}) +
                   (own ? " of its own" : " allowed") + ", the rest for QEMU itself",
         allowed.origin.text()});
}

} // namespace

GuestTraits traits_of(const LaunchPlan& plan) {
    const auto& asked = plan.asked;
    return {plan.name, asked.own_uuid ? std::optional(plan.uuid) : std::nullopt,
            Bytes{asked.memory}, asked.emulator};
}

plan::LiveLimits live_limits(const HostPolicy& host, const LaunchPlan& plan) {
    return resolving::limits_under(policy_for(host, traits_of(plan)), plan);
}

plan::LiveLimits resolving::limits_under(const HostPolicy& policy, const LaunchPlan& plan) {
    plan::LiveLimits limits;
    limit_tasks(limits, policy);
    const auto& controllers = plan.scope.delegate;
    if (std::find(controllers.begin(), controllers.end(), "memory") != controllers.end())
        limit_memory(limits, policy, plan);
    else
        limits.decisions.push_back({"memory",
                                    "no limit: `memory` is not among the cgroup_controllers",
                                    policy.cgroup_controllers.origin.text()});
    return limits;
}

} // namespace vmwarden
