// SPDX-License-Identifier: LGPL-2.1-or-later
#include "agent/cli/uri.h"

#include "agent/cli/failure.h"
#include "src/base/units.h"

#include <array>
#include <utility>

namespace vmwarden::cli {

namespace {

[[noreturn]] void refuse(std::string_view text, const std::string& why) {
    throw UsageError("cannot use the URI '" + std::string(text) + "': " + why +
                     "; the forms are qemu:///system, qemu:///session, qemu+unix:///system, "
                     "qemu://HOST/system, qemu+tcp://HOST/system, qemu+ssh://USER@HOST/system");
}

Transport transport_of(std::string_view text, std::string_view scheme) {
    constexpr std::array<std::pair<std::string_view, Transport>, 5> schemes{
        {{"qemu", Transport::tls},
         {"qemu+unix", Transport::unix_socket},
         {"qemu+tls", Transport::tls},
         {"qemu+tcp", Transport::tcp},
         {"qemu+ssh", Transport::ssh}}};
    for (const auto& [name, transport] : schemes)
        if (scheme == name) return transport;
    refuse(text, "its scheme is not qemu");
}

// "[user@]host[:port]"; an IPv6 address stands in brackets.
void read_authority(std::string_view text, std::string_view authority, ConnectionUri& uri) {
    if (const auto at = authority.find('@'); at != std::string_view::npos) {
        uri.user = authority.substr(0, at);
        authority.remove_prefix(at + 1);
    }
    const auto bracket = authority.rfind(']');
    const auto colon = authority.rfind(':');
    if (colon != std::string_view::npos && (bracket == std::string_view::npos || colon > bracket)) {
        const auto port = parse_number(authority.substr(colon + 1));
        if (!port || *port == 0 || *port > 65535) refuse(text, "its port is not one");
        uri.port = static_cast<unsigned>(*port);
        authority = authority.substr(0, colon);
    }
    uri.host = authority;
}

} // namespace

ConnectionUri parse_uri(std::string_view text) {
    const auto mark = text.find("://");
    if (mark == std::string_view::npos) refuse(text, "it has no scheme");
    ConnectionUri uri;
    uri.transport = transport_of(text, text.substr(0, mark));
    const auto rest = text.substr(mark + 3);
    const auto slash = rest.find('/');
    if (slash == std::string_view::npos) refuse(text, "it names no instance");
    read_authority(text, rest.substr(0, slash), uri);
    const auto path = rest.substr(slash + 1);
    if (path == "session")
        uri.instance = Instance::session;
    else if (path != "system")
        refuse(text, "its instance is neither system nor session");
    const bool bare = text.substr(0, mark) == "qemu";
    if (uri.host.empty() && bare) uri.transport = Transport::unix_socket;
    if (uri.host.empty() && uri.transport != Transport::unix_socket)
        refuse(text, "it names no host");
    if (!uri.host.empty() && uri.transport == Transport::unix_socket)
        refuse(text, "a unix socket is on this host, so it names none");
    return uri;
}

} // namespace vmwarden::cli
