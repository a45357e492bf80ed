// SPDX-License-Identifier: LGPL-2.1-or-later
// Namespaces, what QEMU sees of the host's files, the system call filter, limits, environment.
#include "src/verify/rows.h"

#include "src/plan/host_system.h"
#include "src/plan/show.h"

#include <algorithm>
#include <limits>

namespace vmwarden::verifying {

namespace {

constexpr const char* restart = "stop the guest and start it again; the journal of the agent and "
                                "of the scope says what went wrong";

VerifyRow wall_row(const LaunchPlan& plan, const char* what, bool wanted, bool there) {
    const auto reason = because(plan, what);
    // One that is off must say by whose word.
    const bool holds = wanted ? there : !reason.empty();
    return {what, holds, wanted ? "on" : "off" + reason, there ? "on" : "off",
            holds ? "" : restart};
}

// Every mount that QEMU could write to, but for those that the plan has so.
bool may_be_writable(const plan::Walls& walls, const std::string& point) {
    for (const char* scratch : {"/tmp", "/dev/shm", "/proc", "/dev/pts"})
        if (point == scratch) return true;
    return std::any_of(walls.binds.begin(), walls.binds.end(), [&](const plan::Bind& bind) {
        return bind.path == point && (bind.writable || bind.device);
    });
}

// A link of the host's on the way (/var/run, say) puts a mount elsewhere than its plan's path says.
bool is_known(const plan::Walls& walls, const std::string& point) {
    if (may_be_writable(walls, point) || point == "/" || point == "/dev") return true;
    if (point.starts_with("/proc/")) return true;
    const auto holds = [&](const plan::Bind& bind) {
        const bool inside = bind.system && point.starts_with(bind.path + "/");
        return bind.path == point || inside;
    };
    const auto system = plan::host_system();
    return std::any_of(walls.binds.begin(), walls.binds.end(), holds) ||
           std::any_of(system.begin(), system.end(), holds);
}

VerifyRow sight_row(const LaunchPlan& plan, const KernelView& view) {
    const auto& walls = plan.process.walls;
    VerifyRow row{"sight of files", true, "as planned, read-only but for what the guest writes to",
                  "as planned", ""};
    std::string wrong;
    for (const auto& mount : view.mounts) {
        const bool writable = !mount.read_only && !may_be_writable(walls, mount.point);
        if (writable || !is_known(walls, mount.point))
            wrong += (wrong.empty() ? "" : ", ") + mount.point +
                     (writable ? " is writable" : " is not in the plan");
    }
    if (view.mounts.empty()) wrong = "nothing could be read";
    if (wrong.empty()) return row;
    row.holds = false;
    row.found = wrong;
    row.hint = restart;
    return row;
}

bool enough_filters(const plan::Process& process, const KernelView& view) {
    const unsigned wanted =
        (process.walls.system_call_filter ? 1U : 0U) + (process.expect_seccomp ? 1U : 0U);
    return view.seccomp_mode == 2 && view.seccomp_filters.value_or(wanted) >= wanted;
}

VerifyRow filter_row(const LaunchPlan& plan, const KernelView& view) {
    return wall_row(plan, "system call filter", plan.process.walls.system_call_filter,
                    view.seccomp_mode == 2 && view.seccomp_filters.value_or(1) >= 1);
}

// Of the kernel's no word can be had about it: a launch in which it fails ends there.
VerifyRow landlock_row(const LaunchPlan& plan) {
    const bool wanted = plan.process.walls.landlock;
    const auto reason = because(plan, "Landlock");
    const bool holds = wanted || !reason.empty();
    return {"Landlock", holds, wanted ? "on" : "off" + reason,
            wanted ? "on, says the shim: the kernel shows it to nobody" : "off",
            holds ? "" : restart};
}

std::string limit_text(std::uint64_t value) {
    return value == std::numeric_limits<std::uint64_t>::max() ? "no limit" : std::to_string(value);
}

VerifyRow limit_row(const plan::ResourceLimit& limit, const KernelView& view) {
    const auto found = view.limits.find(limit.resource);
    const bool there = found != view.limits.end();
    const bool holds =
        there && found->second.soft == limit.value && found->second.hard == limit.value;
    const auto text =
        !there ? "could not be read"
        : found->second.soft == found->second.hard
            ? limit_text(found->second.hard)
            : limit_text(found->second.soft) + " of " + limit_text(found->second.hard);
    return {"limit " + plan::resource_word(limit.resource), holds, limit_text(limit.value), text,
            holds ? "" : "somebody has changed it (prlimit(1)); " + std::string(restart)};
}

VerifyRow environment_row(const LaunchPlan& plan, const KernelView& view) {
    const auto& planned = plan.process.environment;
    const bool holds = view.environment && *view.environment == planned;
    return {"environment", holds, std::to_string(planned.size()) + " variables of the plan's",
            !view.environment ? "could not be read"
            : holds           ? "the same"
                              : std::to_string(view.environment->size()) + " others",
            holds ? "" : restart};
}

VerifyRow score_row(const LaunchPlan& plan, const KernelView& view) {
    const int planned = plan.process.walls.oom_score_adjust;
    const bool holds = view.oom_score_adjust == planned;
    return {"OOM score", holds, std::to_string(planned),
            view.oom_score_adjust ? std::to_string(*view.oom_score_adjust) : "could not be read",
            holds ? "" : "somebody has changed it (choom(1)); " + std::string(restart)};
}

} // namespace

bool filters_hold(const LaunchPlan& plan, const KernelView& view) {
    return enough_filters(plan.process, view);
}

void add_wall_rows(Rows& rows, const LaunchPlan& plan, const KernelView& view) {
    const auto& walls = plan.process.walls;
    const auto& found = view.namespaces;
    rows.push_back(wall_row(plan, "mount namespace", walls.mount_namespace, found.mount));
    if (walls.mount_namespace) rows.push_back(sight_row(plan, view));
    rows.push_back(wall_row(plan, "PID namespace", walls.pid_namespace, found.pid));
    rows.push_back(wall_row(plan, "IPC namespace", walls.ipc_namespace, found.ipc));
    rows.push_back(wall_row(plan, "network namespace", walls.network_namespace, found.network));
    rows.push_back(landlock_row(plan));
    rows.push_back(filter_row(plan, view));
    for (const auto& limit : plan.process.limits)
        rows.push_back(limit_row(limit, view));
    rows.push_back(environment_row(plan, view));
    rows.push_back(score_row(plan, view));
}

} // namespace vmwarden::verifying
