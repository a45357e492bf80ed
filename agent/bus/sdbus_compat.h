// SPDX-License-Identifier: LGPL-2.1-or-later
// sdbus-c++ as it is in 1.2 (Debian 12). All that 2.x (Debian 13) names or types differently is
// used through this header, so that the difference stays here.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <sdbus-c++/sdbus-c++.h>
#include <string>

namespace vmwarden::bus {

using Dictionary = std::map<std::string, sdbus::Variant>; // a{sv}

inline std::unique_ptr<sdbus::IProxy>
make_proxy(sdbus::IConnection& connection, const std::string& service, const std::string& path) {
    return sdbus::createProxy(connection, service, path);
}

inline sdbus::Error make_error(const std::string& name, const std::string& message) {
    return sdbus::Error(name, message);
}

struct PollState {
    int fd = -1;
    std::uint32_t events = 0;                 // as of poll(2)
    std::uint64_t deadline_usec = UINT64_MAX; // CLOCK_MONOTONIC; 0: now; the largest: none
};
inline PollState poll_state(const sdbus::IConnection& connection) {
    const auto data = connection.getEventLoopPollData();
    return {data.fd, static_cast<std::uint32_t>(data.events), data.timeout_usec};
}

// Whether there was anything to do.
inline bool process_one(sdbus::IConnection& connection) {
    return connection.processPendingRequest();
}

// The unique bus name of whoever sent a message, and its user as the bus knows it.
struct Caller {
    std::string name;
    std::uint32_t uid = 0;
};
inline Caller caller_of(const sdbus::Message& message) {
    return {message.getSender(), message.getCredsEuid()};
}

} // namespace vmwarden::bus
