// SPDX-License-Identifier: LGPL-2.1-or-later
#include "agent/host/listening_ports.h"

#include <arpa/inet.h>
#include <sys/socket.h>

#include "src/base/unique_fd.h"

#include <gtest/gtest.h>

namespace vmwarden::host {
namespace {

constexpr const char* table =
    "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid\n"
    "   0: 0100007F:170C 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0\n"
    "   1: 0100007F:1770 0100007F:170C 01 00000000:00000000 00:00000000 00000000     0\n"
    "   2: 00000000000000000000000000000000:0016 00000000000000000000000000000000:0000 0A 0\n";

TEST(ListeningPorts, AreThoseOfSocketsThatListen) {
    EXPECT_EQ(parse_listening_ports(table), (std::set<std::uint16_t>{5900, 22}));
}

TEST(ListeningPorts, OtherTextHasNone) {
    EXPECT_EQ(parse_listening_ports(""), std::set<std::uint16_t>());
    EXPECT_EQ(parse_listening_ports("0: 170C x 0A\n0: 1:GGGG x 0A\n0: 1:12345 x 0A\n\n0A"),
              std::set<std::uint16_t>());
}

TEST(ListeningPorts, FindsOneThatListensNow) {
    const UniqueFd socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    auto* const where = reinterpret_cast<sockaddr*>(&address);
    ASSERT_EQ(::bind(socket.get(), where, size), 0);
    ASSERT_EQ(::getsockname(socket.get(), where, &size), 0);
    EXPECT_FALSE(listening_ports().contains(ntohs(address.sin_port)));
    ASSERT_EQ(::listen(socket.get(), 1), 0);
    EXPECT_TRUE(listening_ports().contains(ntohs(address.sin_port)));
}

} // namespace
} // namespace vmwarden::host
