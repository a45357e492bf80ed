// SPDX-License-Identifier: LGPL-2.1-or-later
#include "agent/executor/shim_link.h"

#include "agent/shim/protocol.h"
#include "agent/shim/steps.h"

#include <array>
#include <cerrno>
#include <cstring>
#include <poll.h>
#include <sys/socket.h>

namespace vmwarden::executor {
namespace {

using shim::Report;

void send(int socket, shim::Request request, const std::vector<int>& descriptors) {
    const std::size_t bytes = descriptors.size() * sizeof(int);
    std::vector<char> control(CMSG_SPACE(bytes));
    iovec part{&request, sizeof request};
    msghdr message{};
    message.msg_iov = &part;
    message.msg_iovlen = 1;
    message.msg_control = control.data();
    message.msg_controllen = control.size();
    cmsghdr* rights = CMSG_FIRSTHDR(&message);
    rights->cmsg_level = SOL_SOCKET;
    rights->cmsg_type = SCM_RIGHTS;
    rights->cmsg_len = CMSG_LEN(bytes);
    std::memcpy(CMSG_DATA(rights), descriptors.data(), bytes);
    if (sendmsg(socket, &message, MSG_NOSIGNAL) < 0)
        throw LaunchError("shim",
                          std::string("cannot be told what to do: ") + std::strerror(errno));
}

void wait(int socket, ShimLink::Deadline deadline) {
    using std::chrono::milliseconds;
    for (;;) {
        const auto left =
            std::chrono::ceil<milliseconds>(deadline - std::chrono::steady_clock::now());
        pollfd waiting{socket, POLLIN, 0};
        const int ready = poll(&waiting, 1, static_cast<int>(std::max<long>(left.count(), 0)));
        if (ready > 0) return;
        if (ready == 0) throw LaunchError("shim", "does not answer");
        if (errno != EINTR) throw LaunchError("shim", std::strerror(errno));
    }
}

UniqueFd descriptor_of(msghdr& message) {
    const cmsghdr* part = CMSG_FIRSTHDR(&message);
    if (part == nullptr || part->cmsg_type != SCM_RIGHTS) return {};
    int fd = -1;
    std::memcpy(&fd, CMSG_DATA(part), sizeof fd);
    return UniqueFd(fd);
}

[[noreturn]] void refuse(Report report) {
    report.step_name[Report::name_size - 1] = '\0';
    throw LaunchError(report.step_name, std::strerror(report.error));
}

Report receive(int socket, ShimLink::Deadline deadline, UniqueFd& descriptor) {
    wait(socket, deadline);
    Report report;
    alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof(int))> control{};
    iovec part{&report, sizeof report};
    msghdr message{};
    message.msg_iov = &part;
    message.msg_iovlen = 1;
    message.msg_control = control.data();
    message.msg_controllen = control.size();
    const ssize_t size = recvmsg(socket, &message, MSG_CMSG_CLOEXEC);
    descriptor = descriptor_of(message);
    if (size != static_cast<ssize_t>(sizeof report))
        throw LaunchError("shim", "has ended before it started the guest");
    if (report.kind == Report::Kind::failed) refuse(report);
    return report;
}

// False at the end of what the steps have to say.
bool next_step_report(int socket, ShimLink::Deadline deadline, shim::StepReport& report) {
    wait(socket, deadline);
    ssize_t size = recv(socket, &report, sizeof report, 0);
    // A process that ends with our word unread resets the connection: once, and what it had said
    // comes after that.
    if (size < 0 && errno == ECONNRESET) size = recv(socket, &report, sizeof report, MSG_DONTWAIT);
    if (size == 0) return false;
    if (size != static_cast<ssize_t>(sizeof report))
        throw LaunchError("shim", "cannot make out what to become");
    report.name[shim::StepReport::name_size - 1] = '\0';
    return true;
}

} // namespace

void ShimLink::send_prepare(const std::vector<int>& descriptors) {
    send(socket_.get(), shim::Request::prepare, descriptors);
}

void ShimLink::send_release(int cgroup) {
    send(socket_.get(), shim::Request::release, {cgroup});
}

void ShimLink::await_ready(Deadline deadline) {
    UniqueFd none;
    if (receive(socket_.get(), deadline, none).kind != Report::Kind::ready)
        throw LaunchError("shim", "answers out of turn");
}

StartedQemu ShimLink::await_started(Deadline deadline) {
    StartedQemu started;
    const Report report = receive(socket_.get(), deadline, started.pidfd);
    if (report.kind != Report::Kind::started || !started.pidfd)
        throw LaunchError("shim", "answers out of turn");
    started.pid = report.pid;
    return started;
}

void ShimLink::send_ask(const std::vector<int>& descriptors) {
    send(socket_.get(), shim::Request::ask, descriptors);
    // There is no second half of a shim to drop its privilege first.
    if (::send(socket_.get(), &shim::go_ahead, 1, MSG_NOSIGNAL) != 1)
        throw LaunchError("shim", std::string("cannot be let go: ") + std::strerror(errno));
}

void ShimLink::await_exec(Deadline deadline) {
    shim::StepReport report;
    bool handed_over = false;
    while (next_step_report(socket_.get(), deadline, report)) {
        if (!report.handed_over) throw LaunchError(report.name, std::strerror(report.error));
        handed_over = true;
    }
    if (!handed_over) throw LaunchError("shim", "has ended before it became the emulator");
}

} // namespace vmwarden::executor
