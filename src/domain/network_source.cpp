// SPDX-License-Identifier: LGPL-2.1-or-later
#include "src/domain/network_source.h"

#include <algorithm>

namespace vmwarden {

namespace {

constexpr std::string_view protocols[] = {"nbd", "http", "https", "ftp", "ftps"};

std::string_view take_until(std::string_view& text, std::string_view mark) {
    const auto end = std::min(text.find(mark), text.size());
    const auto before = text.substr(0, end);
    text.remove_prefix(std::min(end + mark.size(), text.size()));
    return before;
}

} // namespace

std::optional<NetworkSource> network_source(std::string_view url) {
    NetworkSource source;
    source.protocol = take_until(url, "://");
    if (std::ranges::find(protocols, source.protocol) == std::end(protocols)) return std::nullopt;
    auto server = take_until(url, "/");
    const auto port = server.rfind(':');
    const auto address_ends = server.rfind(']'); // an IPv6 address has colons of its own
    if (port != std::string_view::npos &&
        (address_ends == std::string_view::npos || port > address_ends)) {
        source.port = server.substr(port + 1);
        server = server.substr(0, port);
    }
    source.host = server;
    source.name = take_until(url, "?");
    source.query = url;
    if (source.host.empty()) return std::nullopt;
    return source;
}

} // namespace vmwarden
