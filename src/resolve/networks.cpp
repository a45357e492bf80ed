// SPDX-License-Identifier: LGPL-2.1-or-later
// The network devices of the host's behind a guest's cards.
#include "src/resolve/networks.h"

#include "src/qemu/board.h"
#include "src/qemu/devices.h"
#include "src/resolve/steps.h"

#include <algorithm>

namespace vmwarden::resolving {

namespace {

using Device = plan::NetworkDevice;
using Fd = plan::InheritedFd;

// As many as go through one message to the shim, less what every guest has.
constexpr std::size_t most_descriptors = 240;

// One card on its way into the plan.
struct Card {
    Draft& draft;
    const Interface& interface;
    std::size_t index;
    const Setting<Network>& network;
    Device device = {};

    [[nodiscard]] std::string step() const { return "interface " + std::to_string(index); }
    void refuse(std::string message, std::string hint) {
        draft.refuse(step(), interface.place, std::move(message), std::move(hint));
    }
    [[nodiscard]] unsigned queues() const { return std::max(interface.driver.queues, 1U); }
};

std::string names_of(const std::vector<Setting<Network>>& networks) {
    std::string out;
    for (const auto& network : networks)
        out += (out.empty() ? "" : ", ") + network.value.name;
    return out.empty() ? "no network" : out;
}

void deny(Draft& draft, const Interface& interface) {
    const auto& networks = draft.policy.networks;
    const auto what = asked_network(interface);
    if (interface.type == InterfaceType::network)
        return draft.deny("network", interface.place, networks.origin, "the policy has no " + what,
                          "it has " + names_of(networks.value) + "; see " +
                              policy_line("networks", networks.origin));
    const std::string entry = interface.type == InterfaceType::bridge
                                  ? "{type: bridge, bridge: " + interface.bridge + "}"
                              : interface.type == InterfaceType::vhostuser
                                  ? "{type: vhostuser, socket: " + interface.socket + "}"
                              : interface.type == InterfaceType::direct
                                  ? "{type: direct, device: " + interface.device + "}"
                                  : "{type: tap, device: " + interface.target + "}";
    draft.deny("network", interface.place, networks.origin,
               "no network of the policy names the " + what + " of the host",
               "a network " + entry + " in " + policy_line("networks", networks.origin) +
                   " would let guests use it");
}

std::string text_of(const Network& network) {
    auto out = std::string(to_text(network.type));
    if (!network.bridge.empty()) out += " " + network.bridge;
    if (!network.device.empty()) out += " " + network.device;
    if (!network.socket.empty()) out += " " + network.socket;
    return out;
}

const NetworkFact* look_at(Card& c, const std::string& name, const char* what) {
    const auto& known = c.draft.facts.networks;
    const auto found = known.find(name);
    if (found != known.end()) return &found->second;
    c.refuse("this host has no network device '" + name + "'",
             std::string("make the ") + what + ", or correct the policy's network '" +
                 c.network.value.name + "' (" + c.network.origin.text() + ")");
    return nullptr;
}

bool is_planned(const Draft& draft, const std::string& name) {
    return std::any_of(draft.plan.networks.begin(), draft.plan.networks.end(),
                       [&](const Device& device) { return device.name == name; });
}

bool is_taken(const Draft& draft, const std::string& name) {
    return draft.facts.networks.count(name) != 0 || is_planned(draft, name);
}

// The first free one of "vnet0", "vnet1", ...
std::string free_name(const Draft& draft, const std::string& stem) {
    unsigned number = 0;
    while (is_taken(draft, stem + std::to_string(number)))
        ++number;
    return stem + std::to_string(number);
}

bool choose_name(Card& c, const char* stem) {
    const auto& wanted = c.interface.target;
    c.device.name = wanted.empty() ? free_name(c.draft, stem) : wanted;
    if (wanted.empty() || !is_taken(c.draft, wanted)) return true;
    c.refuse("there is a network device '" + wanted + "' already",
             "remove <target>, and the device is named at start");
    return false;
}

std::string guest_mac(const Card& c) {
    return c.interface.mac.empty() ? qemu::derived_mac(c.draft.plan.uuid, c.index)
                                   : c.interface.mac;
}

// The host's end of the cable has the guest's address with the highest first octet: a bridge takes
// on the lowest of its ports', and is to keep its own.
std::string host_mac(const Card& c) {
    return "fe" + guest_mac(c).substr(2);
}

bool make_tap(Card& c) {
    c.device.kind = Device::Kind::tap;
    c.device.mac = host_mac(c);
    c.device.mtu = c.interface.mtu;
    const auto& bridge = c.network.value.bridge;
    if (bridge.empty()) return choose_name(c, "vnet");
    const auto* fact = look_at(c, bridge, "bridge");
    if (fact == nullptr) return false;
    if (fact->kind != NetworkFact::Kind::bridge) {
        c.refuse("the host's network device '" + bridge + "' is no bridge",
                 "correct the policy's network '" + c.network.value.name + "' (" +
                     c.network.origin.text() + ")");
        return false;
    }
    c.device.bridge = bridge;
    // A bridge sinks to the smallest of its ports.
    if (c.device.mtu == 0) c.device.mtu = fact->mtu;
    return choose_name(c, "vnet");
}

bool take_tap(Card& c) {
    c.device.kind = Device::Kind::given_tap;
    c.device.name = c.network.value.device;
    c.device.mtu = 0;
    const auto* fact = look_at(c, c.device.name, "tap device");
    if (fact == nullptr) return false;
    const auto make = "run: ip tuntap add mode tap" +
                      std::string(c.queues() > 1 ? " multi_queue" : "") + " name " + c.device.name;
    if (fact->kind != NetworkFact::Kind::tap || !fact->persistent)
        c.refuse("the host's network device '" + c.device.name + "' is no tap device that stays",
                 make);
    else if (is_planned(c.draft, c.device.name))
        c.refuse("the tap device '" + c.device.name + "' is another card's of this guest",
                 "give each card one of its own");
    else if (fact->multi_queue != (c.queues() > 1))
        c.refuse("the tap device '" + c.device.name + "' has " +
                     (fact->multi_queue ? "several queues, and this card one"
                                        : "one queue, and this card several"),
                 "correct 'queues' of <driver>, or make it anew: " + make);
    else if (c.interface.mtu != 0 && c.interface.mtu != fact->mtu)
        c.refuse("the tap device '" + c.device.name + "' has an mtu of " +
                     std::to_string(fact->mtu) + ", and stays as it is",
                 "correct <mtu>, or that of the device");
    else
        return true;
    return false;
}

bool make_macvtap(Card& c) {
    c.device.kind = Device::Kind::macvtap;
    c.device.lower = c.network.value.device;
    c.device.mac = guest_mac(c);
    c.device.mtu = c.interface.mtu;
    const auto mode = c.interface.mode;
    c.device.mode = mode == MacvtapMode::private_ ? "private"
                    : mode == MacvtapMode::bridge || c.interface.type == InterfaceType::network
                        ? "bridge"
                        : "vepa";
    const auto* fact = look_at(c, c.device.lower, "device");
    if (fact == nullptr) return false;
    if (fact->loopback || fact->kind == NetworkFact::Kind::bridge) {
        c.refuse("no macvtap device can lie over '" + c.device.lower + "'",
                 "name a network card of the host's");
        return false;
    }
    return choose_name(c, "macvtap");
}

bool choose_device(Card& c) {
    switch (c.network.value.type) {
    case NetworkType::bridge:
        return make_tap(c);
    case NetworkType::direct:
        return make_macvtap(c);
    case NetworkType::tap: {
        const bool made =
            c.interface.type == InterfaceType::ethernet && c.interface.managed.value_or(true);
        return made ? make_tap(c) : take_tap(c);
    }
    case NetworkType::user:
    case NetworkType::vhostuser:
    case NetworkType::none:
        break;
    }
    return false;
}

// QEMU connects itself: what it is to pass through the socket, it takes from no other descriptor.
bool may_connect(Card& c, const std::string& path, const FileFact& fact) {
    const auto correct = "correct the policy's network '" + c.network.value.name + "' (" +
                         c.network.origin.text() + ")";
    if (fact.state == FileFact::State::absent)
        c.refuse("nobody listens at " + path,
                 "start the program that carries the packets, or " + correct);
    else if (fact.state == FileFact::State::unreadable)
        c.refuse(path + " cannot be examined: " + fact.error, correct);
    else if (fact.type != FileType::other)
        c.refuse(path + " is no socket", correct);
    else if (const auto blocked =
                 std::ranges::find(fact.parents, false, &PathComponent::searchable);
             c.draft.facts.identity && blocked != fact.parents.end())
        c.refuse("the guest's user " + c.draft.user_text() + " may not search the directory " +
                     blocked->path + ", so it cannot reach " + path,
                 "run: chmod o+x " + blocked->path);
    else if (c.draft.facts.identity && !fact.guest_can_write)
        c.refuse("the guest's user " + c.draft.user_text() + " may not connect to " + path,
                 "let the program that listens there give it the right to write");
    else
        return true;
    return false;
}

void connect_to_switch(Card& c) {
    // Of a card that names the socket itself, unsupported() knows.
    if (c.interface.type == InterfaceType::network)
        for (const auto& [problem, hint] : qemu::switch_problems(c.draft.definition, c.interface))
            c.refuse(problem, hint);
    const auto& path = c.network.value.socket;
    const auto& fact = c.draft.file(path);
    if (may_connect(c, path, fact)) c.draft.networks[c.index].socket = fact.resolved;
}

// Whether the kernel carries the packets: where asked for, and for KVM guests where it is listed.
bool chooses_vhost(Card& c) {
    const auto& name = c.interface.driver.name;
    if (name == "qemu" || !qemu::is_virtio(c.interface)) return false;
    const bool demanded = name == "vhost";
    if (!demanded && c.draft.definition.type != DomainType::kvm) return false;
    const auto& acl = c.draft.policy.cgroup_device_acl;
    const bool listed = std::any_of(acl.value.begin(), acl.value.end(),
                                    [](const auto& node) { return node.value == vhost_node; });
    if (demanded && !listed)
        c.draft.deny(c.step(), c.interface.place, acl.origin,
                     std::string("the policy does not let guests use ") + vhost_node,
                     "add it to " + policy_line("cgroup_device_acl", acl.origin) +
                         ", or write <driver name='qemu'/>");
    if (!listed) return false;
    const bool there = c.draft.file(vhost_node).type == FileType::character;
    if (demanded && !there)
        c.refuse(std::string(vhost_node) + " does not exist on this host",
                 "run: modprobe vhost_net; or write <driver name='qemu'/>");
    return there;
}

void pass_queues(Card& c) {
    auto& draft = c.draft;
    const bool vhost = chooses_vhost(c);
    const auto more = c.queues() * (vhost ? 2 : 1);
    if (draft.plan.process.fds.size() + more > most_descriptors)
        return c.refuse("the guest's cards have more queues than descriptors can be given",
                        "ask for fewer 'queues' in <driver>");
    auto& back_end = draft.networks[c.index];
    for (unsigned i = 0; i < c.queues(); ++i)
        back_end.fds.push_back(draft.inherit({Fd::Kind::network, -1, {}, false, c.device.name}));
    for (unsigned i = 0; vhost && i < c.queues(); ++i)
        back_end.vhost_fds.push_back(
            draft.inherit({Fd::Kind::vhost_net, -1, vhost_node, false, c.device.name}));
    c.device.queues = c.queues();
    c.device.purpose = c.step();
    c.device.because = c.network.origin.text();
    draft.plan.networks.push_back(std::move(c.device));
}

void join(Draft& draft, const Interface& interface, std::size_t index) {
    const auto* network = network_for(draft.policy, interface);
    if (network == nullptr) return deny(draft, interface);
    draft.decide(interface.type == InterfaceType::network ? "network " + interface.network
                                                          : "interface " + std::to_string(index),
                 text_of(network->value), network->origin.text());
    Card card{draft, interface, index, *network};
    if (network->value.type == NetworkType::vhostuser) {
        connect_to_switch(card);
    } else if (network->value.type != NetworkType::user) {
        if (choose_device(card)) pass_queues(card);
    } else if (card.queues() > 1 || interface.driver.name == "vhost") {
        card.refuse("network '" + interface.network +
                        "' is QEMU's own: it has one queue, and the kernel has no part in it",
                    "remove 'queues' and 'name' from <driver>");
    }
}

} // namespace

void join_networks(Draft& draft) {
    const auto& interfaces = draft.definition.interfaces;
    for (std::size_t i = 0; i < interfaces.size(); ++i) {
        if (interfaces[i].type != InterfaceType::user) join(draft, interfaces[i], i);
        if (interfaces[i].link_up == false)
            draft.plan.links_down.push_back("net" + std::to_string(i));
    }
}

} // namespace vmwarden::resolving
