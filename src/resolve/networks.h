// SPDX-License-Identifier: LGPL-2.1-or-later
// Which of the policy's networks a card is joined to.
#pragma once

#include "src/domain/guest_definition.h"
#include "src/hostpolicy/host_policy.h"

#include <string>

namespace vmwarden::resolving {

constexpr const char* vhost_node = "/dev/vhost-net";

// The network that lets the card in: the one it names, or for a card that names a bridge or device
// of the host one that names the same. Null: none does. Not for type='user', which needs none.
const Setting<Network>* network_for(const HostPolicy& policy, const Interface& interface);

// "network 'lan'", "bridge 'br0'", "device 'eth0'": what the card asks for.
std::string asked_network(const Interface& interface);

// Whether a card goes through a network device of the host's.
bool needs_networks(const HostPolicy& policy, const GuestDefinition& definition);

} // namespace vmwarden::resolving
