// SPDX-License-Identifier: LGPL-2.1-or-later
// Whoever is in QEMU's control group must be in the plan, and be held as QEMU is.
#include "src/verify/rows.h"

#include <algorithm>

namespace vmwarden::verifying {

namespace {

bool all_are(const std::array<std::uint32_t, 4>& ids, std::uint32_t wanted) {
    return std::all_of(ids.begin(), ids.end(), [&](auto id) { return id == wanted; });
}

bool same_groups(std::vector<Gid> planned, std::vector<Gid> found) {
    std::sort(planned.begin(), planned.end());
    std::sort(found.begin(), found.end());
    return planned == found;
}

bool no_capabilities(const CapabilitySets& sets) {
    return (sets.effective | sets.permitted | sets.inheritable | sets.bounding | sets.ambient) == 0;
}

// What is not as planned, in words; empty: all is.
std::string wrong_with(const LaunchPlan& plan, const CompanionView& found) {
    const auto& identity = plan.process.identity;
    std::string out;
    const auto note = [&](bool holds, const std::string& what) {
        if (!holds) out += (out.empty() ? "" : ", ") + what;
    };
    note(all_are(found.uids, identity.uid.value), "uid " + std::to_string(found.uids[1]));
    note(all_are(found.gids, identity.gid.value), "gid " + std::to_string(found.gids[1]));
    note(same_groups(identity.groups, found.groups), "other groups");
    note(no_capabilities(found.capabilities), "capabilities");
    note(found.no_new_privs, "no_new_privs off");
    note(found.seccomp_mode == 2, "seccomp off");
    const auto& walls = plan.process.walls;
    note(!walls.mount_namespace || found.namespaces.mount, "the host's mount namespace");
    note(!walls.pid_namespace || found.namespaces.pid, "the host's PID namespace");
    note(!walls.ipc_namespace || found.namespaces.ipc, "the host's IPC namespace");
    note(!walls.network_namespace || found.namespaces.network, "the host's network namespace");
    const auto& label = plan.security.process_label;
    note(label.empty() || found.label == label, "label " + found.label);
    return out;
}

bool is(const plan::Attendant& attendant, const CompanionView& found) {
    return found.executable == attendant.executable && found.argv == attendant.argv;
}

std::string planned_text(const LaunchPlan& plan) {
    const auto& label = plan.security.process_label;
    return "runs with uid " + std::to_string(plan.process.identity.uid.value) +
           ", no capabilities, no_new_privs, seccomp" + (label.empty() ? "" : ", label " + label);
}

VerifyRow attendant_row(const LaunchPlan& plan, const plan::Attendant& attendant,
                        const CompanionView* found) {
    VerifyRow row{"program " + attendant.name, true, planned_text(plan), "as planned", ""};
    if (found == nullptr) {
        row.holds = false;
        row.found = "does not run";
        row.hint = "the journal of the guest's scope says how it ended; stop the guest and start "
                   "it again";
    } else if (const auto wrong = wrong_with(plan, *found); !wrong.empty()) {
        row.holds = false;
        row.found = wrong;
        row.hint = "stop the guest and start it again";
    }
    return row;
}

} // namespace

void add_attendant_rows(Rows& rows, const LaunchPlan& plan, const KernelView& view) {
    std::vector<const CompanionView*> others;
    for (const auto& companion : view.companions)
        others.push_back(&companion);
    for (const auto& attendant : plan.attendants) {
        const auto found = std::find_if(others.begin(), others.end(), [&](const auto* companion) {
            return is(attendant, *companion);
        });
        const auto* companion = found == others.end() ? nullptr : *found;
        rows.push_back(attendant_row(plan, attendant, companion));
        if (companion != nullptr) others.erase(found);
    }
    for (const auto* other : others)
        rows.push_back({"process " + std::to_string(other->pid), false, "not in the plan",
                        other->executable + ", in the guest's control group",
                        "end the guest: something in it has started a program"});
}

} // namespace vmwarden::verifying
