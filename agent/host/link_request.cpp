// SPDX-License-Identifier: LGPL-2.1-or-later
#include "agent/host/link_request.h"

#include "src/base/unique_fd.h"

#include <array>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <sys/socket.h>
#include <system_error>

namespace vmwarden::host {
namespace {

constexpr std::size_t header_size = NLMSG_ALIGN(sizeof(nlmsghdr));

[[noreturn]] void fail(int error, const std::string& what) {
    throw std::system_error(error, std::generic_category(), what);
}

// The error number in the kernel's acknowledgement; 0: done.
int acknowledgement(int socket) {
    alignas(nlmsghdr) std::array<char, 8192> buffer{};
    ssize_t size = 0;
    do
        size = recv(socket, buffer.data(), buffer.size(), 0);
    while (size < 0 && errno == EINTR);
    if (size < 0) return errno;
    nlmsghdr header{};
    nlmsgerr answer{};
    if (static_cast<std::size_t>(size) < header_size + sizeof answer.error) return EBADMSG;
    std::memcpy(&header, buffer.data(), sizeof header);
    std::memcpy(&answer.error, buffer.data() + header_size, sizeof answer.error);
    return header.nlmsg_type == NLMSG_ERROR ? -answer.error : EBADMSG;
}

} // namespace

LinkRequest::LinkRequest(std::uint16_t type, std::uint16_t flags, unsigned index)
  : message_(header_size + NLMSG_ALIGN(sizeof(ifinfomsg))) {
    nlmsghdr header{};
    header.nlmsg_type = type;
    header.nlmsg_flags = static_cast<std::uint16_t>(NLM_F_REQUEST | NLM_F_ACK | flags);
    put(0, &header, sizeof header);
    ifinfomsg device{};
    device.ifi_index = static_cast<int>(index);
    put(header_size, &device, sizeof device);
}

void LinkRequest::put(std::size_t at, const void* bytes, std::size_t size) {
    std::memcpy(message_.data() + at, bytes, size);
}

void LinkRequest::set_up() {
    ifinfomsg device{};
    std::memcpy(&device, message_.data() + header_size, sizeof device);
    device.ifi_flags |= IFF_UP;
    device.ifi_change |= IFF_UP;
    put(header_size, &device, sizeof device);
}

void LinkRequest::add(std::uint16_t attribute, const void* bytes, std::size_t size) {
    const auto at = message_.size();
    const rtattr head{static_cast<std::uint16_t>(RTA_LENGTH(size)), attribute};
    message_.resize(at + RTA_SPACE(size));
    put(at, &head, sizeof head);
    if (size != 0) put(at + RTA_LENGTH(0), bytes, size);
}

void LinkRequest::text(std::uint16_t attribute, const std::string& value) {
    add(attribute, value.c_str(), value.size() + 1);
}

void LinkRequest::number(std::uint16_t attribute, std::uint32_t value) {
    add(attribute, &value, sizeof value);
}

void LinkRequest::address(std::uint16_t attribute, const std::string& mac) {
    std::array<unsigned char, 6> octets{};
    for (std::size_t i = 0; i < octets.size(); ++i) {
        const auto* digits = mac.data() + 3 * i;
        if (mac.size() != 17 ||
            std::from_chars(digits, digits + 2, octets[i], 16).ptr != digits + 2)
            fail(EINVAL, "'" + mac + "' is no MAC address");
    }
    add(attribute, octets.data(), octets.size());
}

std::size_t LinkRequest::begin(std::uint16_t attribute) {
    const auto at = message_.size();
    add(attribute, nullptr, 0);
    return at;
}

void LinkRequest::end(std::size_t begun) {
    rtattr head{};
    std::memcpy(&head, message_.data() + begun, sizeof head);
    head.rta_len = static_cast<std::uint16_t>(message_.size() - begun);
    put(begun, &head, sizeof head);
}

void LinkRequest::send(const std::string& what) {
    const UniqueFd socket(::socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE));
    if (!socket) fail(errno, "cannot talk to the kernel about the network");
    nlmsghdr header{};
    std::memcpy(&header, message_.data(), sizeof header);
    header.nlmsg_len = static_cast<std::uint32_t>(message_.size());
    put(0, &header, sizeof header);
    sockaddr_nl kernel{};
    kernel.nl_family = AF_NETLINK;
    if (sendto(socket.get(), message_.data(), message_.size(), 0,
               reinterpret_cast<const sockaddr*>(&kernel), sizeof kernel) < 0)
        fail(errno, what);
    if (const int error = acknowledgement(socket.get()); error != 0) fail(error, what);
}

} // namespace vmwarden::host
