// SPDX-License-Identifier: LGPL-2.1-or-later
#include "src/resolve/networks.h"

#include <algorithm>

namespace vmwarden::resolving {

namespace {

bool lets_in(const Network& network, const Interface& interface) {
    switch (interface.type) {
    case InterfaceType::network:
        return network.name == interface.network;
    case InterfaceType::bridge:
        return network.type == NetworkType::bridge && network.bridge == interface.bridge;
    case InterfaceType::direct:
        return network.type == NetworkType::direct && network.device == interface.device;
    case InterfaceType::ethernet:
        return network.type == NetworkType::tap && network.device == interface.target;
    case InterfaceType::vhostuser:
        return network.type == NetworkType::vhostuser && network.socket == interface.socket;
    case InterfaceType::user:
        break;
    }
    return false;
}

} // namespace

const Setting<Network>* network_for(const HostPolicy& policy, const Interface& interface) {
    const auto& networks = policy.networks.value;
    const auto found = std::find_if(networks.begin(), networks.end(), [&](const auto& network) {
        return lets_in(network.value, interface);
    });
    return found == networks.end() ? nullptr : &*found;
}

std::string asked_network(const Interface& interface) {
    switch (interface.type) {
    case InterfaceType::network:
        return "network '" + interface.network + "'";
    case InterfaceType::bridge:
        return "bridge '" + interface.bridge + "'";
    case InterfaceType::direct:
        return "device '" + interface.device + "'";
    case InterfaceType::vhostuser:
        return "socket '" + interface.socket + "'";
    case InterfaceType::ethernet:
    case InterfaceType::user:
        break;
    }
    return "device '" + interface.target + "'";
}

bool needs_networks(const HostPolicy& policy, const GuestDefinition& definition) {
    return std::any_of(definition.interfaces.begin(), definition.interfaces.end(),
                       [&](const Interface& interface) {
                           const auto* network = network_for(policy, interface);
                           return network != nullptr && network->value.type != NetworkType::user &&
                                  network->value.type != NetworkType::vhostuser;
                       });
}

} // namespace vmwarden::resolving
