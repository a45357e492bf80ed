// SPDX-License-Identifier: LGPL-2.1-or-later
#include "agent/host/listening_ports.h"

#include "agent/host/lines.h"
#include "agent/host/read_text.h"

#include <charconv>
#include <sstream>

namespace vmwarden::host {

namespace {

constexpr std::string_view listening = "0A"; // TCP_LISTEN

// "0100007F:170C": an address and a port in hexadecimal.
void note_port(std::string_view address, std::set<std::uint16_t>& ports) {
    const auto colon = address.rfind(':');
    if (colon == std::string_view::npos) return;
    const auto digits = address.substr(colon + 1);
    std::uint16_t port = 0;
    const auto [end, problem] =
        std::from_chars(digits.data(), digits.data() + digits.size(), port, 16);
    if (problem == std::errc() && end == digits.data() + digits.size()) ports.insert(port);
}

} // namespace

std::set<std::uint16_t> parse_listening_ports(std::string_view text) {
    std::set<std::uint16_t> ports;
    for_each_line(text, [&](std::string_view line) {
        std::istringstream words{std::string(line)};
        std::string slot;
        std::string local;
        std::string remote;
        std::string state;
        if (words >> slot >> local >> remote >> state && state == listening)
            note_port(local, ports);
    });
    return ports;
}

std::set<std::uint16_t> listening_ports() {
    std::set<std::uint16_t> ports;
    for (const char* table : {"/proc/net/tcp", "/proc/net/tcp6"})
        ports.merge(parse_listening_ports(read_text(table).value_or("")));
    return ports;
}

} // namespace vmwarden::host
