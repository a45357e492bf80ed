// SPDX-License-Identifier: LGPL-2.1-or-later
// The host's network, of a guest that has no network card.
#include "tests/host/escape/attempt.h"

#include <arpa/inet.h>
#include <array>
#include <cstring>
#include <fstream>
#include <linux/if_ether.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

namespace vmwarden::escape {
namespace {

template <class Address>
long connect_to(int family, const Address& address) {
    const int fd = socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0) return -1;
    return connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address);
}

sockaddr_in loopback(std::uint16_t port) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return address;
}

long bind_low_port(const Targets&) {
    const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const sockaddr_in address = loopback(7);
    if (fd < 0) return -1;
    return bind(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address);
}

// Who else listens here: the lines of /proc/net/tcp name ports in four hexadecimal digits.
long see_listener(const Targets& targets) {
    std::array<char, 8> port{};
    snprintf(port.data(), port.size(), ":%04lX", targets.number("tcp-port"));
    std::ifstream file("/proc/self/net/tcp");
    if (!file) return refuse(errno);
    for (std::string line; std::getline(file, line);)
        if (line.find(port.data()) != std::string::npos) return 0;
    return refuse(ENOENT);
}

// Deletes a link without saying which: EINVAL of whoever may.
long change_links(const Targets&) {
    const int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
    if (fd < 0) return -1;
    struct {
        nlmsghdr header;
        ifinfomsg link;
    } request{};
    request.header.nlmsg_len = sizeof request;
    request.header.nlmsg_type = RTM_DELLINK;
    request.header.nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK;
    if (send(fd, &request, sizeof request, 0) < 0) return -1;
    struct {
        nlmsghdr header;
        nlmsgerr error;
        std::array<char, 512> rest;
    } answer{};
    if (recv(fd, &answer, sizeof answer, 0) < 0) return -1;
    return past_the_check(answer.error.error == 0 ? 0 : refuse(-answer.error.error));
}

void add_socket(Attempts& list, const std::string& name, int family, int type, int protocol) {
    list.push_back({name, {}, [=](const Targets&) -> long {
                        return socket(family, type | SOCK_CLOEXEC, protocol);
                    }});
}

} // namespace

void add_network(Attempts& list) {
    list.push_back({"tcp-loopback", {"tcp-port"}, [](const Targets& t) {
                        return connect_to(
                            AF_INET, loopback(static_cast<std::uint16_t>(t.number("tcp-port"))));
                    }});
    list.push_back({"see-listener", {"tcp-port"}, see_listener});
    list.push_back({"low-port", {}, bind_low_port});
    list.push_back({"netlink-links", {}, change_links});
    add_socket(list, "raw-socket", AF_INET, SOCK_RAW, IPPROTO_ICMP);
    add_socket(list, "packet-socket", AF_PACKET, SOCK_RAW, htons(ETH_P_ALL));
    add_socket(list, "vsock", AF_VSOCK, SOCK_STREAM, 0);
}

} // namespace vmwarden::escape
