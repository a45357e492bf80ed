// SPDX-License-Identifier: LGPL-2.1-or-later
#include "src/verify/rows.h"

#include <algorithm>

namespace vmwarden::verifying {

namespace {

constexpr std::uint32_t first_pts_major = 136; // of the eight that Unix98 terminals have
constexpr std::uint32_t last_pts_major = 143;
constexpr std::string_view hidden = "the kernel does not show its filter programs";

// Where the scope's node is to end: "/machine.slice/vmwarden-hello.scope". Slices nest by name and
// cgroup namespaces cut the front off, so the end is what can be known.
std::string scope_end(const plan::Scope& scope) {
    return (scope.slice == "-.slice" ? "" : "/" + scope.slice) + "/" + scope.unit;
}

VerifyRow node_row(const plan::Scope& scope, const KernelView& view) {
    const auto end = scope_end(scope);
    const bool in_scope = view.scope_cgroup.ends_with(end);
    const bool below = view.cgroup == view.scope_cgroup + "/emulator";
    const bool holds = in_scope && below;
    return {"cgroup", holds, "…" + end + "/emulator", view.cgroup.empty() ? "none" : view.cgroup,
            holds ? "" : "stop the guest and start it again; nobody else may move its processes"};
}

VerifyRow filter_row(const LaunchPlan& plan, const KernelView& view) {
    const std::string found = !view.device_filter   ? "could not be asked"
                              : *view.device_filter ? "attached"
                                                    : "not attached";
    if (!plan.scope.device_filter)
        return {"device filter", true, "off" + because(plan, "device filter"), found, ""};
    const bool holds = view.device_filter.value_or(false);
    return {"device filter", holds, "attached", found,
            holds ? "" : "systemd must be allowed the bpf system call and the unified hierarchy"};
}

std::string listed(const std::vector<std::string>& nodes) {
    std::string out;
    for (const auto& node : nodes)
        out += (out.empty() ? "" : ", ") + node;
    return out;
}

bool permits(const std::string& permissions, char what) {
    return permissions.find(what) != std::string::npos;
}

// What the filter lets QEMU do and the plan does not: the wall itself.
VerifyRow other_devices_row(const LaunchPlan& plan, const KernelView& view) {
    const std::string name = "devices outside the plan";
    if (!view.devices) return {name, true, "denied", std::string(hidden), ""};
    std::vector<std::string> open;
    for (const auto& answer : *view.devices) {
        const auto permissions = permitted(plan.scope, answer.is_block, answer.device);
        const bool too_much = (answer.readable && !permits(permissions, 'r')) ||
                              (answer.writable && !permits(permissions, 'w'));
        if (too_much) open.push_back(answer.node);
    }
    if (open.empty())
        return {name, true, "denied",
                "denied, all of " + std::to_string(view.devices->size()) + " nodes in /dev", ""};
    return {name, false, "denied", "allowed: " + listed(open),
            "somebody has changed the scope's DeviceAllow=; systemctl show names it"};
}

// A rule that has no effect would let a guest fail later, at its first use of the device.
VerifyRow planned_devices_row(const LaunchPlan& plan, const KernelView& view) {
    const std::string name = "devices of the plan";
    if (!view.devices) return {name, true, "allowed", std::string(hidden), ""};
    std::vector<std::string> shut;
    for (const auto& answer : *view.devices) {
        const auto permissions = permitted(plan.scope, answer.is_block, answer.device);
        const bool too_little = (permits(permissions, 'r') && !answer.readable) ||
                                (permits(permissions, 'w') && !answer.writable);
        if (too_little) shut.push_back(answer.node);
    }
    return {name, shut.empty(), "allowed", shut.empty() ? "allowed" : "denied: " + listed(shut),
            shut.empty() ? "" : "another filter above the scope denies them: look at its slice"};
}

} // namespace

std::string permitted(const plan::Scope& scope, bool is_block, DeviceNumber device) {
    const auto number = std::to_string(device.major) + ":" + std::to_string(device.minor);
    const auto node = (is_block ? "/dev/block/" : "/dev/char/") + number;
    const bool terminal =
        !is_block && device.major >= first_pts_major && device.major <= last_pts_major;
    std::string all;
    for (const auto& rule : scope.devices)
        if (rule.systemd == node || (terminal && rule.systemd == "char-pts"))
            all += rule.permissions;
    return all;
}

void add_cgroup_rows(Rows& rows, const LaunchPlan& plan, const KernelView& view) {
    rows.push_back(node_row(plan.scope, view));
    rows.push_back(filter_row(plan, view));
    if (!plan.scope.device_filter) return;
    rows.push_back(other_devices_row(plan, view));
    rows.push_back(planned_devices_row(plan, view));
}

} // namespace vmwarden::verifying
