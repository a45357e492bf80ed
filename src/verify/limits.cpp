// SPDX-License-Identifier: LGPL-2.1-or-later
#include "src/verify/rows.h"

#include <limits>

namespace vmwarden::verifying {

namespace {

struct Limit {
    const char* name;
    const char* controller;
    const char* property;
    std::uint64_t planned; // 0: none
};

std::string found_text(const Limit& limit, const LimitView& view) {
    if (!view.offered)
        return std::string("no limit: this host's unified hierarchy has no controller ") +
               limit.controller;
    if (!view.value) return "could not be read";
    if (*view.value == std::numeric_limits<std::uint64_t>::max()) return "no limit";
    return "at most " + std::to_string(*view.value);
}

// Limits are for controllers that the host has; the policy says so of its cgroup_controllers.
VerifyRow limit_row(const LaunchPlan& plan, const Limit& limit, const LimitView& view) {
    const auto found = found_text(limit, view);
    if (limit.planned == 0)
        return {limit.name, true, "no limit" + because(plan, limit.name), found, ""};
    const bool holds = !view.offered || view.value == limit.planned;
    return {limit.name, holds, "at most " + std::to_string(limit.planned), found,
            holds ? ""
                  : std::string("somebody has changed the scope's ") + limit.property +
                        "; systemctl show names it"};
}

} // namespace

void add_limit_rows(Rows& rows, const LaunchPlan& plan, const KernelView& view) {
    const auto& scope = plan.scope;
    rows.push_back(
        limit_row(plan, {"processes", "pids", "TasksMax=", scope.tasks_max}, view.tasks));
    rows.push_back(
        limit_row(plan, {"memory", "memory", "MemoryMax=", scope.memory_max}, view.memory));
}

} // namespace vmwarden::verifying
