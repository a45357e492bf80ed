// SPDX-License-Identifier: LGPL-2.1-or-later
#include "agent/shim/control.h"

#include <array>
#include <cstring>
#include <poll.h>
#include <sys/socket.h>

namespace vmwarden::shim {
namespace {

constexpr std::size_t most_descriptors = 253; // SCM_MAX_FD of the kernel

void take_descriptors(const msghdr& message, std::vector<UniqueFd>& descriptors) {
    for (const cmsghdr* part = CMSG_FIRSTHDR(&message); part != nullptr;
         part = CMSG_NXTHDR(const_cast<msghdr*>(&message), const_cast<cmsghdr*>(part))) {
        if (part->cmsg_level != SOL_SOCKET || part->cmsg_type != SCM_RIGHTS) continue;
        const std::size_t count = (part->cmsg_len - CMSG_LEN(0)) / sizeof(int);
        for (std::size_t i = 0; i < count; ++i) {
            int fd = -1;
            std::memcpy(&fd, CMSG_DATA(part) + i * sizeof fd, sizeof fd);
            descriptors.emplace_back(fd);
        }
    }
}

Outcome wait_readable(int socket, int signals) {
    std::array<pollfd, 2> waiting{{{socket, POLLIN, 0}, {signals, POLLIN, 0}}};
    int ready = 0;
    do
        ready = poll(waiting.data(), waiting.size(), -1);
    while (ready < 0 && errno == EINTR);
    if (auto bad = errno_of(ready)) return bad;
    return waiting[1].revents != 0 ? failed(EINTR) : done();
}

} // namespace

Outcome receive_any(int socket, int signals, Request& found, std::vector<UniqueFd>& descriptors) {
    if (auto bad = wait_readable(socket, signals)) return bad;

    std::array<char, 2> bytes{}; // one more than a request has, so that a longer one shows
    alignas(cmsghdr) std::array<char, CMSG_SPACE(most_descriptors * sizeof(int))> control{};
    iovec part{bytes.data(), bytes.size()};
    msghdr message{};
    message.msg_iov = &part;
    message.msg_iovlen = 1;
    message.msg_control = control.data();
    message.msg_controllen = control.size();
    const ssize_t size = recvmsg(socket, &message, MSG_CMSG_CLOEXEC);
    if (auto bad = errno_of(size)) return bad;

    descriptors.clear();
    take_descriptors(message, descriptors);
    if (size == 0) return failed(ECONNRESET);
    const bool whole = (message.msg_flags & (MSG_TRUNC | MSG_CTRUNC)) == 0;
    if (!whole || size != 1) return failed(EPROTO);
    found = static_cast<Request>(bytes[0]);
    return done();
}

Outcome receive(int socket, int signals, Request expected, std::vector<UniqueFd>& descriptors) {
    Request found{};
    if (auto bad = receive_any(socket, signals, found, descriptors)) return bad;
    return found == expected ? done() : failed(EPROTO);
}

Outcome report(int socket, const Report& report, int descriptor) {
    alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof(int))> control{};
    iovec part{const_cast<Report*>(&report), sizeof report};
    msghdr message{};
    message.msg_iov = &part;
    message.msg_iovlen = 1;
    if (descriptor >= 0) {
        message.msg_control = control.data();
        message.msg_controllen = control.size();
        cmsghdr* rights = CMSG_FIRSTHDR(&message);
        rights->cmsg_level = SOL_SOCKET;
        rights->cmsg_type = SCM_RIGHTS;
        rights->cmsg_len = CMSG_LEN(sizeof descriptor);
        std::memcpy(CMSG_DATA(rights), &descriptor, sizeof descriptor);
    }
    return errno_of(sendmsg(socket, &message, MSG_NOSIGNAL));
}

Outcome report_failure(int socket, std::string_view step, Outcome why) {
    Report failure;
    failure.kind = Report::Kind::failed;
    failure.error = why.value();
    step.copy(failure.step_name, Report::name_size - 1);
    return report(socket, failure);
}

} // namespace vmwarden::shim
