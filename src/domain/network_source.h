// SPDX-License-Identifier: LGPL-2.1-or-later
// A disk on a server, as a URL: scheme, host, port, and a path or the name of an export.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace vmwarden {

// "https://images.example:8443/debian.iso?sig=1", "nbd://[::1]:10809/export".
struct NetworkSource {
    std::string_view protocol; // "nbd", "http", "https", "ftp", "ftps"
    std::string_view host;     // an IPv6 address with its brackets
    std::string_view port;     // empty: the protocol's own
    std::string_view name;     // without the '/' before it
    std::string_view query;    // without the '?' before it
};

// Views of `url`, which disks of type network have as their source. None for what is no such URL.
std::optional<NetworkSource> network_source(std::string_view url);

// All of it: nbd alone is written to.
inline bool is_read_only(const NetworkSource& source) {
    return source.protocol != "nbd";
}

} // namespace vmwarden
