// SPDX-License-Identifier: LGPL-2.1-or-later
// Network devices of this host, in the agent's network namespace. Everything throws
// std::system_error.
#pragma once

#include "src/base/unique_fd.h"
#include "src/hostfacts/host_facts.h"
#include "src/verify/kernel_view.h"

#include <map>
#include <string>
#include <vector>

namespace vmwarden::host::network {

std::map<std::string, NetworkFact> all();

// How a device is to be; what is empty or 0 stays as it is. It is set up in the same breath.
struct Shape {
    std::string alias; // ip-link(8): the note that says whose it is
    std::string mac;
    unsigned mtu = 0;
    std::string bridge; // to become a port of
};

// A queue of a tap device: of one that is made with it (EBUSY if the name is taken), or of one that
// is there. Nobody's when the last descriptor closes, unless it is a persistent one.
enum class Tap { fresh, present };
UniqueFd open_tap(const std::string& name, Tap which, bool multi_queue);

void shape(const std::string& name, const Shape& shape);

// A macvtap device over `lower`; `mode` is "vepa", "bridge" or "private". Stays until removed.
void make_macvtap(const std::string& name, const std::string& lower, const std::string& mode,
                  const Shape& shape);
UniqueFd open_macvtap(const std::string& name, bool multi_queue);

// Removes every device with this alias; gives their names.
std::vector<std::string> remove_all(const std::string& alias);

NetworkView view(const std::string& name);

} // namespace vmwarden::host::network
