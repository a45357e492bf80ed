// SPDX-License-Identifier: LGPL-2.1-or-later
// The scope's device filter: a pure allow list.
#include "src/qemu/graphics.h"
#include "src/qemu/small_devices.h"
#include "src/resolve/device_names.h"
#include "src/resolve/steps.h"
#include "src/resolve/walls.h"

#include <algorithm>

namespace vmwarden::resolving {

namespace {

using plan::DeviceRule;

void allow(Draft& draft, DeviceRule rule) {
    auto& rules = draft.plan.scope.devices;
    const bool known = std::any_of(rules.begin(), rules.end(), [&](const DeviceRule& other) {
        return other.systemd == rule.systemd;
    });
    if (!known) rules.push_back(std::move(rule));
}

// In a mount namespace of its own QEMU's terminals come from a node that the shim makes. A guest has
// no capability to make any.
bool is_made_anew(const Draft& draft, const std::string& node) {
    return node == "/dev/ptmx" && draft.policy.namespaces_mount.value &&
           has_terminals(draft.definition);
}

void allow_shared(Draft& draft) {
    for (const auto& node : draft.policy.cgroup_device_acl.value) {
        const auto& fact = draft.file(node.value);
        const bool device = fact.type == FileType::character || fact.type == FileType::block;
        if (fact.state == FileFact::State::present && device)
            allow(draft, {node.value, by_number(fact.type, fact.device),
                          is_made_anew(draft, node.value) ? "rwm" : "rw", node.origin.text()});
        else
            draft.decide("device " + node.value,
                         fact.state == FileFact::State::absent       ? "skipped: not on this host"
                         : fact.state == FileFact::State::unreadable ? "skipped: " + fact.error
                                                                     : "skipped: not a device node",
                         node.origin.text());
    }
}

void allow_images(Draft& draft) {
    for (const auto& file : draft.plan.files) {
        if (!file.is_device) continue;
        const bool readonly = file.sharing == plan::FileGrant::Sharing::readonly;
        allow(draft,
              {file.path,
               by_number(file.is_character ? FileType::character : FileType::block, file.device),
               readonly ? "r" : "rw", file.because});
    }
}

// A node that the guest cannot do without must be on the policy's list.
void demand(Draft& draft, const std::string& node, const std::string& step,
            const SourcePlace& place, const std::string& hint) {
    const auto& acl = draft.policy.cgroup_device_acl;
    const bool listed = std::any_of(acl.value.begin(), acl.value.end(),
                                    [&](const auto& entry) { return entry.value == node; });
    if (!listed)
        draft.deny(step, place, acl.origin, "the policy does not let guests use " + node,
                   "add it to " + policy_line("cgroup_device_acl", acl.origin) + ", or " + hint);
}

void allow_terminals(Draft& draft) {
    for (const auto& character : draft.definition.characters) {
        if (character.source != CharacterSource::pty) continue;
        const auto step = "console " + std::to_string(character.port);
        demand(draft, "/dev/ptmx", step, character.place, "use <serial type='file'>");
        allow(draft, {"char-pts", "char-pts", "rw", defined_at(character.place)});
    }
}

// As demand(), for a node that QEMU opens by its name, filter or not: it must be there, a character
// device, and open to the guest's user.
void demand_node(Draft& draft, const std::string& node, const std::string& step,
                 const SourcePlace& place, bool writes, const std::string& hint) {
    demand(draft, node, step, place, hint);
    const auto& fact = draft.file(node);
    if (fact.state == FileFact::State::absent)
        return draft.refuse(step, place, node + " does not exist on this host", hint);
    if (fact.state == FileFact::State::unreadable)
        return draft.refuse(step, place, node + " cannot be examined: " + fact.error, hint);
    if (fact.type != FileType::character)
        return draft.refuse(step, place, node + " is no character device", hint);
    if (draft.facts.identity && (!fact.guest_can_read || (writes && !fact.guest_can_write)))
        draft.refuse(step, place, "the guest's user " + draft.user_text() + " may not open " + node,
                     hint);
}

void demand_small_devices(Draft& draft) {
    const auto& rngs = draft.definition.rngs;
    for (std::size_t i = 0; i < rngs.size(); ++i)
        if (const auto node = qemu::entropy_source(rngs[i]); !node.empty())
            demand_node(draft, node, "rng " + std::to_string(i), rngs[i].place, false,
                        "use <backend model='builtin'/>");
    if (const auto& vsock = draft.definition.vsock)
        demand_node(draft, vsock_node, "vsock", vsock->place, true, "remove <vsock>");
}

void demand_ports_of_the_host(Draft& draft) {
    for (const auto& character : draft.definition.characters)
        if (character.source == CharacterSource::device)
            demand(draft, character.path, "console " + std::to_string(character.port),
                   character.place, "use type='pty'");
}

void demand_render_nodes(Draft& draft) {
    for (const auto& graphics : draft.definition.graphics)
        if (const auto node = qemu::render_node(graphics); !node.empty())
            demand_node(draft, node, "display", graphics.place, true,
                        "remove what draws with the host's GPU");
}

// Every group is opened through this node, which alone gives nothing.
void allow_vfio(Draft& draft) {
    const auto& devices = draft.plan.host_devices;
    if (devices.empty()) return;
    const auto& first = devices.front();
    const auto place =
        std::find_if(draft.definition.host_devices.begin(), draft.definition.host_devices.end(),
                     [](const HostDevice& device) { return device.type != HostDeviceType::usb; })
            ->place;
    const auto& fact = draft.file(vfio_container);
    const std::string node = vfio_container;
    const bool usable = fact.guest_can_read && fact.guest_can_write;
    if (fact.state != FileFact::State::present || fact.type != FileType::character)
        return draft.refuse(first.purpose, place, node + " is not there, or no character device",
                            "run: modprobe vfio-pci");
    if (draft.facts.identity && !usable)
        return draft.refuse(first.purpose, place,
                            "the guest's user " + draft.user_text() + " may not open " + node,
                            "run: chmod 0666 " + node + "; udev does so where it runs");
    if (draft.plan.scope.device_filter)
        allow(draft, {node, by_number(fact.type, fact.device), "rw", first.because});
}

} // namespace

void allow_devices(Draft& draft) {
    demand_small_devices(draft);
    allow_vfio(draft);
    demand_ports_of_the_host(draft);
    demand_render_nodes(draft);
    if (!draft.plan.scope.device_filter) return;
    allow_shared(draft);
    allow_images(draft);
    allow_terminals(draft);
    if (draft.definition.type == DomainType::kvm)
        demand(draft, "/dev/kvm", "kvm", draft.definition.place, "use <domain type='qemu'>");
}

} // namespace vmwarden::resolving
