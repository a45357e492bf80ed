// SPDX-License-Identifier: LGPL-2.1-or-later
// Which TCP ports are taken on this host, whatever the address.
#pragma once

#include <cstdint>
#include <set>
#include <string_view>

namespace vmwarden::host {

// Of the text of /proc/net/tcp or tcp6 (Documentation/networking/proc_net_tcp.rst): the local ports
// of sockets that listen. Lines that are none are passed over.
std::set<std::uint16_t> parse_listening_ports(std::string_view text);

// Of both; none where they cannot be read.
std::set<std::uint16_t> listening_ports();

} // namespace vmwarden::host
