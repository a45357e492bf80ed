// SPDX-License-Identifier: LGPL-2.1-or-later
#include "src/verify/rows.h"

namespace vmwarden::verifying {

namespace {

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

} // namespace

void add_cgroup_rows(Rows& rows, const LaunchPlan& plan, const KernelView& view) {
    rows.push_back(node_row(plan.scope, view));
    rows.push_back(filter_row(plan, view));
}

} // namespace vmwarden::verifying
