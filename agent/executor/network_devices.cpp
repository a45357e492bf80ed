// SPDX-License-Identifier: LGPL-2.1-or-later
#include "agent/executor/network_devices.h"

#include "agent/host/files.h"
#include "agent/host/network.h"

#include <algorithm>
#include <cerrno>
#include <fcntl.h>
#include <sys/stat.h>
#include <system_error>

namespace vmwarden::executor {
namespace {

using host::network::Shape;
using plan::NetworkDevice;

UniqueFd open_queue(const NetworkDevice& device) {
    const bool several = device.queues > 1;
    return device.kind == NetworkDevice::Kind::macvtap
               ? host::network::open_macvtap(device.name, several)
               : host::network::open_tap(device.name, several);
}

void make(const NetworkDevice& device, const std::string& guest,
          std::vector<NetworkQueue>& queues) {
    const Shape shape{plan::network_alias(guest), device.mac, device.mtu, device.bridge};
    if (device.kind == NetworkDevice::Kind::macvtap)
        host::network::make_macvtap(device.name, device.lower, device.mode, shape);
    std::uint32_t open = 0;
    if (device.kind == NetworkDevice::Kind::tap) {
        queues.push_back(
            {device.name, host::network::make_tap(device.name, device.queues > 1, shape)});
        open = 1;
    }
    for (; open < device.queues; ++open)
        queues.push_back({device.name, open_queue(device)});
}

} // namespace

std::vector<NetworkQueue> make_network_devices(const LaunchPlan& plan) {
    std::vector<NetworkQueue> queues;
    for (const NetworkDevice& device : plan.networks) {
        try {
            make(device, plan.name, queues);
        } catch (const std::system_error& error) {
            const int number = error.code().value();
            throw LaunchError("network device " + device.name, error.what(),
                              number == EEXIST || number == EBUSY
                                  ? "somebody has taken it meanwhile: start the guest again"
                                  : "for " + device.purpose + ", by " + device.because);
        }
    }
    return queues;
}

UniqueFd take_queue(std::vector<NetworkQueue>& queues, const std::string& device) {
    const auto found = std::find_if(queues.begin(), queues.end(), [&](const NetworkQueue& queue) {
        return queue.device == device && queue.fd;
    });
    if (found == queues.end()) throw LaunchError("descriptors", device + " has no more queues");
    return std::move(found->fd);
}

UniqueFd open_vhost_net(const std::string& node) {
    UniqueFd fd(::open(node.c_str(), O_RDWR | O_NOFOLLOW | O_CLOEXEC));
    if (!fd) throw std::system_error(errno, std::generic_category(), "cannot open " + node);
    if (!S_ISCHR(host::status_of(fd.get()).st_mode))
        throw LaunchError("descriptors", node + " is no character device");
    return fd;
}

void remove_network_devices(const std::string& guest, std::vector<std::string>& log) {
    try {
        host::network::remove_all(plan::network_alias(guest));
    } catch (const std::system_error& error) {
        log.emplace_back(error.what());
    }
}

} // namespace vmwarden::executor
