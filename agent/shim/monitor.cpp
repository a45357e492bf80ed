// SPDX-License-Identifier: LGPL-2.1-or-later
#include "agent/shim/monitor.h"

#include <array>
#include <cerrno>
#include <poll.h>
#include <sys/socket.h>

namespace vmwarden::shim {
namespace {

constexpr std::size_t most_unsent = 4096; // some sixty requests: nobody means more than the first

} // namespace

Monitor::Monitor(UniqueFd socket)
  : socket_(std::move(socket)) {
    send("{\"execute\":\"qmp_capabilities\"}\n");
}

// A guest with on_poweroff='restart' would wait, paused, for an agent that may be away; whoever
// stops the scope means its end.
void Monitor::ask_powerdown() {
    send("{\"execute\":\"set-action\",\"arguments\":{\"shutdown\":\"poweroff\"}}\n");
    send("{\"execute\":\"system_powerdown\"}\n");
}

void Monitor::ask_reset() {
    send("{\"execute\":\"system_reset\"}\n");
}

short Monitor::events() const {
    return static_cast<short>(unsent_.empty() ? POLLIN : POLLIN | POLLOUT);
}

void Monitor::serve(short revents) {
    if (revents & POLLOUT) flush();
    if (revents & (POLLIN | POLLHUP | POLLERR)) drain();
}

void Monitor::send(const char* command) {
    if (!socket_ || unsent_.size() > most_unsent) return;
    unsent_ += command;
    flush();
}

void Monitor::flush() {
    while (socket_ && !unsent_.empty()) {
        const ssize_t sent =
            ::send(socket_.get(), unsent_.data(), unsent_.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
        if (sent < 0) {
            if (errno != EAGAIN && errno != EINTR) socket_.reset();
            return;
        }
        unsent_.erase(0, static_cast<std::size_t>(sent));
    }
}

void Monitor::drain() {
    std::array<char, 4096> unread{};
    const ssize_t size = recv(socket_.get(), unread.data(), unread.size(), MSG_DONTWAIT);
    if (size == 0 || (size < 0 && errno != EAGAIN && errno != EINTR)) socket_.reset();
}

} // namespace vmwarden::shim
