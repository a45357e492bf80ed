// SPDX-License-Identifier: LGPL-2.1-or-later
#include "src/resolve/explain_device.h"

#include "src/resolve/device_names.h"
#include "src/resolve/draft.h"

namespace vmwarden {

namespace {

using namespace resolving;

// /proc/devices calls all of these "pts": Documentation/admin-guide/devices.txt.
constexpr std::uint32_t first_pts_major = 136;
constexpr std::uint32_t last_pts_major = 143;

bool is_for(const plan::DeviceRule& rule, const FileFact& node) {
    if (rule.systemd == "char-pts")
        return node.type == FileType::character && node.device.major >= first_pts_major &&
               node.device.major <= last_pts_major;
    return rule.systemd == by_number(node.type, node.device);
}

// A node that QEMU may create is of no use to it without the right to open.
DeviceExplanation denied(const HostPolicy& policy, const FileFact& node) {
    DeviceExplanation answer;
    const auto& acl = policy.cgroup_device_acl;
    answer.because = "no line of " + policy_line("cgroup_device_acl", acl.origin) +
                     " names it, and the guest has no such device";
    answer.hint = "add it to cgroup_device_acl for every guest, or for some with a rule";
    if (node.type == FileType::block)
        answer.hint += "; or make it a disk of the guest: <disk type='block'>";
    return answer;
}

} // namespace

DeviceExplanation explain_device(const HostPolicy& policy, const LaunchPlan& plan,
                                 const std::string& path, const FileFact& node) {
    const auto& scope = plan.scope;
    if (!scope.device_filter)
        return {true,
                "rwm",
                "there is no filter: " +
                    policy_line("cgroup_controllers", policy.cgroup_controllers.origin) +
                    " leaves devices out",
                {}};
    for (const auto& rule : scope.devices)
        if (is_for(rule, node))
            return {true,
                    rule.permissions,
                    rule.because + (rule.node == path ? "" : ", as " + rule.node),
                    {}};
    return denied(policy, node);
}

} // namespace vmwarden
