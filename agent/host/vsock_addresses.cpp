// SPDX-License-Identifier: LGPL-2.1-or-later
#include "agent/host/vsock_addresses.h"

#include "src/base/unique_fd.h"
#include "src/hostfacts/host_facts.h"

#include <fcntl.h>
#include <sys/ioctl.h>

#include <cerrno>

namespace vmwarden::host {

namespace {

// VHOST_VSOCK_SET_GUEST_CID of <linux/vhost.h>, which is no C++.
constexpr unsigned long set_guest_cid = _IOW(0xAF, 0x60, std::uint64_t);

} // namespace

std::set<std::uint32_t> vsock_addresses_in_use() {
    constexpr std::uint32_t asked = 256;
    std::set<std::uint32_t> taken;
    const UniqueFd device(::open(vsock_node, O_RDWR | O_CLOEXEC));
    if (!device) return taken;
    for (std::uint32_t cid = first_vsock_address; cid < first_vsock_address + asked; ++cid) {
        const std::uint64_t wanted = cid;
        if (::ioctl(device.get(), set_guest_cid, &wanted) < 0 && errno == EADDRINUSE)
            taken.insert(cid);
    }
    return taken;
}

} // namespace vmwarden::host
