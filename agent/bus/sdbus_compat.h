// SPDX-License-Identifier: LGPL-2.1-or-later
// sdbus-c++ as it is in 1.2 (Debian 12) and in 2.x (Debian 13). All that the two name or type
// differently is used through this header, so that the difference stays here.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <sdbus-c++/sdbus-c++.h>
#include <string>
#include <utility>

#include "config.h"

namespace vmwarden::bus {

using Dictionary = std::map<std::string, sdbus::Variant>; // a{sv}

// 2.x has a type for each sort of name, made of a string only explicitly. Written out, as
// `MemberName("State")`, it is right for both.
#if VMWARDEN_SDBUSCPP_MAJOR >= 2
using BusName = sdbus::BusName;
using InterfaceName = sdbus::InterfaceName;
using MemberName = sdbus::MemberName; // of a method, signal or property
using ErrorName = sdbus::Error::Name;
using ReplyError = std::optional<sdbus::Error>; // given to callbacks, by value
#else
using BusName = std::string;
using InterfaceName = std::string;
using MemberName = std::string;
using ErrorName = std::string;
using ReplyError = const sdbus::Error*;
#endif

inline std::unique_ptr<sdbus::IProxy>
make_proxy(sdbus::IConnection& connection, const std::string& service, const std::string& path) {
    return sdbus::createProxy(connection, BusName(service), sdbus::ObjectPath(path));
}

inline sdbus::Error make_error(const std::string& name, const std::string& message) {
    return sdbus::Error(ErrorName(name), message);
}

struct PollState {
    int fd = -1;
    std::uint32_t events = 0;                 // as of poll(2)
    std::uint64_t deadline_usec = UINT64_MAX; // CLOCK_MONOTONIC; 0: now; the largest: none
};
inline PollState poll_state(const sdbus::IConnection& connection) {
    const auto data = connection.getEventLoopPollData();
    const auto events = static_cast<std::uint32_t>(data.events);
#if VMWARDEN_SDBUSCPP_MAJOR >= 2
    if (data.timeout == std::chrono::microseconds::max()) return {data.fd, events, UINT64_MAX};
    return {data.fd, events, static_cast<std::uint64_t>(data.timeout.count())};
#else
    return {data.fd, events, data.timeout_usec};
#endif
}

// Whether there was anything to do.
inline bool process_one(sdbus::IConnection& connection) {
#if VMWARDEN_SDBUSCPP_MAJOR >= 2
    return connection.processPendingEvent();
#else
    return connection.processPendingRequest();
#endif
}

// The unique bus name of whoever sent a message, and its user as the bus knows it.
struct Caller {
    std::string name;
    std::uint32_t uid = 0;
};
inline Caller caller_of(const sdbus::Message& message) {
    return {message.getSender(), message.getCredsEuid()};
}
// Of the message that the object is being called with.
inline Caller current_caller(const sdbus::IObject& object) {
#if VMWARDEN_SDBUSCPP_MAJOR >= 2
    return caller_of(object.getCurrentlyProcessedMessage());
#else
    return caller_of(*object.getCurrentlyProcessedMessage());
#endif
}

// The D-Bus signature of what a variant holds.
inline std::string type_of(const sdbus::Variant& value) {
    return value.peekValueType();
}

// `handler(Message&)` for all that matches, as long as the connection lives.
template <class Handler>
void watch(sdbus::IConnection& connection, const std::string& match, Handler handler) {
#if VMWARDEN_SDBUSCPP_MAJOR >= 2
    connection.addMatch(
        match, [handler = std::move(handler)](sdbus::Message message) { handler(message); });
#else
    connection.addMatch(match, std::move(handler), sdbus::floating_slot);
#endif
}

// A method of an object that no adaptor was generated for; finish_methods() makes all callable.
template <class Implementation>
void add_method(sdbus::IObject& object, const char* interface, const char* name,
                Implementation implementation) {
#if VMWARDEN_SDBUSCPP_MAJOR >= 2
    object.addVTable(sdbus::registerMethod(name).implementedAs(std::move(implementation)))
        .forInterface(interface);
#else
    object.registerMethod(name).onInterface(interface).implementedAs(std::move(implementation));
#endif
}
inline void finish_methods([[maybe_unused]] sdbus::IObject& object) {
#if VMWARDEN_SDBUSCPP_MAJOR < 2
    object.finishRegistration();
#endif
}

} // namespace vmwarden::bus
