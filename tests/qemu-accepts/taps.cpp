// SPDX-License-Identifier: LGPL-2.1-or-later
#include "tests/qemu-accepts/taps.h"

#include <fcntl.h>
#include <linux/if_tun.h>
#include <net/if.h>
#include <sched.h>
#include <sys/ioctl.h>

#include <algorithm>

namespace vmwarden::accepts {

namespace {

constexpr int out_of_the_way = 100;

// A queue of a tap device that is made with the first; without CLOEXEC. None without privilege.
UniqueFd open_queue(const std::string& name, bool several) {
    const UniqueFd tun(::open("/dev/net/tun", O_RDWR | O_CLOEXEC));
    if (!tun) return {};
    ifreq request{};
    name.copy(request.ifr_name, IFNAMSIZ - 1);
    request.ifr_flags =
        static_cast<short>(IFF_TAP | IFF_NO_PI | IFF_VNET_HDR | (several ? IFF_MULTI_QUEUE : 0));
    if (::ioctl(tun.get(), TUNSETIFF, &request) < 0) return {};
    return UniqueFd(::fcntl(tun.get(), F_DUPFD, out_of_the_way));
}

} // namespace

Taps::Taps(const GuestDefinition& guest) {
    const UniqueFd home(::open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC));
    if (!home || ::unshare(CLONE_NEWNET) != 0) return;
    for (std::size_t i = 0; i < guest.interfaces.size(); ++i) {
        const auto& interface = guest.interfaces[i];
        const bool own =
            interface.type == InterfaceType::user || interface.type == InterfaceType::network;
        const auto queues = std::max(interface.driver.queues, 1U);
        for (unsigned queue = 0; !own && queue < queues; ++queue) {
            auto fd = open_queue("tap" + std::to_string(i), queues > 1);
            if (!fd) break;
            back_ends_[i].fds.push_back(fd.get());
            queues_.push_back(std::move(fd));
        }
    }
    ::setns(home.get(), CLONE_NEWNET);
}

} // namespace vmwarden::accepts
