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

// A tap device, seen by nobody before it has its shape, and its first queue. It goes with the last
// of its queues. EEXIST: the name is taken.
UniqueFd make_tap(const std::string& name, bool multi_queue, const Shape& shape);
// A queue of a tap device that is there.
UniqueFd open_tap(const std::string& name, bool multi_queue);

// A macvtap device over `lower`; `mode` is "vepa", "bridge" or "private". Stays until removed.
void make_macvtap(const std::string& name, const std::string& lower, const std::string& mode,
                  const Shape& shape);
UniqueFd open_macvtap(const std::string& name, bool multi_queue);

// Removes every device with this alias; gives their names.
std::vector<std::string> remove_all(const std::string& alias);

NetworkView view(const std::string& name);

} // namespace vmwarden::host::network
