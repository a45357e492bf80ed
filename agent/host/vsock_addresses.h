// SPDX-License-Identifier: LGPL-2.1-or-later
// Which vsock addresses guests of this host have.
#pragma once

#include <cstdint>
#include <set>

namespace vmwarden::host {

// The taken ones among the first few hundred, whoever runs the guest. The kernel has no list: each
// is asked for and let go, which who has it does not notice (drivers/vhost/vsock.c). None where
// that cannot be: no /dev/vhost-vsock, or no right to it.
std::set<std::uint32_t> vsock_addresses_in_use();

} // namespace vmwarden::host
