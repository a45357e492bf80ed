// SPDX-License-Identifier: LGPL-2.1-or-later
// The host's network devices behind the guest's cards, and who holds their queues.
#include "src/verify/rows.h"

#include <algorithm>

namespace vmwarden::verifying {

namespace {

using Fd = plan::InheritedFd;

const plan::NetworkDevice* device_called(const LaunchPlan& plan, const std::string& name) {
    const auto found =
        std::find_if(plan.networks.begin(), plan.networks.end(),
                     [&](const plan::NetworkDevice& device) { return device.name == name; });
    return found == plan.networks.end() ? nullptr : &*found;
}

const NetworkView* view_of(const KernelView& view, const std::string& name) {
    const auto found = std::find_if(view.networks.begin(), view.networks.end(),
                                    [&](const NetworkView& seen) { return seen.name == name; });
    return found == view.networks.end() ? nullptr : &*found;
}

// Tap devices name themselves on their descriptors; macvtap devices have a node each.
bool is_queue_of(const plan::NetworkDevice& device, const KernelView& view, const OpenFd& fd) {
    if (device.kind != plan::NetworkDevice::Kind::macvtap) return fd.network == device.name;
    const auto* seen = view_of(view, device.name);
    return seen != nullptr && seen->node != DeviceNumber{} && fd.is_device && !fd.is_block &&
           fd.device == seen->node;
}

std::string place_text(const plan::NetworkDevice& device) {
    if (!device.bridge.empty()) return "up, on bridge " + device.bridge;
    return device.lower.empty() ? "up" : "up, over " + device.lower;
}

std::string found_text(const plan::NetworkDevice& device, const NetworkView& seen,
                       std::size_t queues) {
    if (!seen.present) return "not there";
    std::string text = seen.up ? "up" : "down";
    if (!seen.bridge.empty()) text += ", on bridge " + seen.bridge;
    if (!device.lower.empty()) text += ", over " + device.lower;
    return text + ", " + std::to_string(queues) + " held by QEMU";
}

void add_row(Rows& rows, const LaunchPlan& plan, const KernelView& view,
             const plan::NetworkDevice& device) {
    const auto* found = view_of(view, device.name);
    const auto seen = found == nullptr ? NetworkView() : *found;
    const auto queues = static_cast<std::size_t>(
        std::count_if(view.fds.begin(), view.fds.end(),
                      [&](const OpenFd& fd) { return is_queue_of(device, view, fd); }));
    const bool made = device.kind != plan::NetworkDevice::Kind::given_tap;
    const bool placed = !made || (seen.up && seen.bridge == device.bridge &&
                                  seen.alias == plan::network_alias(plan.name));
    const bool holds = seen.present && placed && queues == device.queues;
    rows.push_back({"network device " + device.name, holds,
                    (made ? place_text(device) : std::string("there")) + ", " +
                        std::to_string(device.queues) + " held by QEMU [" + device.because + "]",
                    found_text(device, seen, queues),
                    holds ? "" : "somebody has changed it; restart the guest to set it up again"});
}

} // namespace

bool is_network_queue(const LaunchPlan& plan, const KernelView& view, const OpenFd& fd) {
    for (const auto& planned : plan.process.fds) {
        if (planned.number != fd.number) continue;
        const auto* device = device_called(plan, planned.device);
        if (planned.kind == Fd::Kind::network && device != nullptr)
            return is_queue_of(*device, view, fd);
        if (planned.kind == Fd::Kind::vhost_net)
            return fd.is_device && !fd.is_block && fd.target == planned.path;
    }
    return false;
}

void add_network_rows(Rows& rows, const LaunchPlan& plan, const KernelView& view) {
    for (const auto& device : plan.networks)
        add_row(rows, plan, view, device);
}

} // namespace vmwarden::verifying
