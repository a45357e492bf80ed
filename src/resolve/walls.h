// SPDX-License-Identifier: LGPL-2.1-or-later
// Which of the host's files a definition leads to besides those that are granted: for the facts
// that are asked for, and for what QEMU sees of them.
#pragma once

#include "src/domain/guest_definition.h"
#include "src/hostpolicy/host_policy.h"

#include <string>
#include <vector>

namespace vmwarden::resolving {

// QEMU makes pseudo-terminals.
bool has_terminals(const GuestDefinition& definition);

// Directories of sockets that QEMU makes and listens on.
std::vector<std::string> socket_directories(const GuestDefinition& definition);

// Sockets of other programs that it connects to.
std::vector<std::string> connected_sockets(const HostPolicy& policy,
                                           const GuestDefinition& definition);

} // namespace vmwarden::resolving
