// SPDX-License-Identifier: LGPL-2.1-or-later
// A plan's network devices: made for the guest, and gone with it. The alias that they carry is the
// record of whose they are: it lives exactly as long as they do.
#pragma once

#include "agent/executor/executor.h"

namespace vmwarden::executor {

struct NetworkQueue {
    std::string device;
    UniqueFd fd;
};

// Throws LaunchError. What has been made by then carries the guest's alias, or goes with its last
// descriptor.
std::vector<NetworkQueue> make_network_devices(const LaunchPlan& plan);
// The next queue of this device, none of them twice.
UniqueFd take_queue(std::vector<NetworkQueue>& queues, const std::string& device);
UniqueFd open_vhost_net(const std::string& node);

// Idempotent. `log` receives a line for what stays.
void remove_network_devices(const std::string& guest, std::vector<std::string>& log);

} // namespace vmwarden::executor
