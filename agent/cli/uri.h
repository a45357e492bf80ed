// SPDX-License-Identifier: LGPL-2.1-or-later
// The connection URIs of the QEMU driver, as users of libvirt type them:
//   qemu:///system  qemu:///session  qemu+unix:///…  qemu://host/system  qemu+tcp://…  qemu+ssh://…
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace vmwarden::cli {

enum class Instance { system, session };
enum class Transport { unix_socket, tls, tcp, ssh };

struct ConnectionUri {
    Instance instance = Instance::system;
    Transport transport = Transport::unix_socket;
    std::string user;
    std::string host; // empty for unix_socket
    std::optional<unsigned> port;
    bool operator==(const ConnectionUri&) const = default;
};

// Throws UsageError that says what the form is.
ConnectionUri parse_uri(std::string_view text);

} // namespace vmwarden::cli
