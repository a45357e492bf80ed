// SPDX-License-Identifier: LGPL-2.1-or-later
// The transient scope around shim and QEMU.
#include "src/resolve/live_limits.h"
#include "src/resolve/steps.h"
#include "src/resolve/unit_name.h"

#include <algorithm>
#include <csignal>

namespace vmwarden::resolving {

namespace {

constexpr std::uint64_t stop_timeout_usec = 90'000'000; // systemd's own default for a unit

bool has_devices(const std::vector<Setting<CgroupController>>& controllers) {
    return std::any_of(controllers.begin(), controllers.end(), [](const auto& controller) {
        return controller.value == CgroupController::devices;
    });
}

// `devices` is not delegated like the others: on the unified hierarchy it is the filter that
// systemd attaches to the scope. Only an explicit list without it goes without the filter.
void choose_controllers(Draft& draft) {
    const auto& controllers = draft.policy.cgroup_controllers;
    auto& scope = draft.plan.scope;
    std::string words;
    for (const auto& controller : controllers.value) {
        if (controller.value == CgroupController::devices) continue;
        scope.delegate.emplace_back(to_text(controller.value));
        words += std::string(to_text(controller.value)) + " ";
    }
    draft.decide("cgroup controllers", (words.empty() ? "none " : words) + "delegated",
                 controllers.origin.text());
    scope.device_filter =
        has_devices(controllers.value) || controllers.origin.kind != Origin::Kind::policy;
    draft.decide("device filter",
                 scope.device_filter ? "on: the listed devices and no others"
                                     : "off: `devices` is not among the cgroup_controllers",
                 controllers.origin.text());
}

} // namespace

void shape_scope(Draft& draft) {
    const auto& definition = draft.definition;
    auto& scope = draft.plan.scope;
    scope.unit = scope_unit(definition.name);
    if (scope.unit.size() > max_unit_name)
        draft.refuse("scope", definition.name_place,
                     "the guest's name makes a unit name of " + std::to_string(scope.unit.size()) +
                         " bytes; systemd takes " + std::to_string(max_unit_name),
                     "choose a shorter name, or one with fewer '-' and '+'");
    choose_slice(draft);
    scope.description = "vmwarden guest " + definition.name;
    scope.stop_timeout_usec = stop_timeout_usec;
    // QEMU ignores it (measured with 7.2); it is the shim that then asks the guest to power off.
    scope.kill_signal = SIGWINCH;
    choose_controllers(draft);
    // QEMU runs one thread a vCPU and up to 64 workers for each block back end's pool; a fork bomb
    // ends here.
    const auto limits = limits_under(draft.policy, draft.plan);
    draft.plan = plan::with_limits(std::move(draft.plan), limits);
}

} // namespace vmwarden::resolving
