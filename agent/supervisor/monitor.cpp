// SPDX-License-Identifier: LGPL-2.1-or-later
#include "agent/supervisor/monitor.h"

#include "agent/supervisor/log.h"

#include <array>
#include <cerrno>
#include <cstring>
#include <sys/epoll.h>
#include <sys/socket.h>

namespace vmwarden::supervisor {

namespace {

// The connection was used before we got it: ids of that time must not match ours.
constexpr std::uint64_t first_id = 1'000'000;

template <class... Handlers>
struct Overloaded : Handlers... {
    using Handlers::operator()...;
};
template <class... Handlers>
Overloaded(Handlers...) -> Overloaded<Handlers...>;

Failure gone() {
    return {Failure::Kind::operation_failed,
            "QEMU's monitor does not answer; 'vmwarden destroy' ends the guest"};
}

} // namespace

Monitor::Monitor(Loop& loop, int fd, std::string guest, OnEvent on_event)
  : fd_(fd)
  , guest_(std::move(guest))
  , on_event_(std::move(on_event))
  , last_id_(first_id)
  , source_(loop.watch(fd, EPOLLIN, [this] { on_readable(); })) {}

void Monitor::send(const std::string& command, OnReply on_reply) {
    const auto line = qmp::command(++last_id_, command);
    // A command is short: a socket that does not take it whole belongs to a QEMU that hangs.
    const bool sent =
        source_ && ::send(fd_, line.data(), line.size(), MSG_NOSIGNAL | MSG_DONTWAIT) ==
                       static_cast<ssize_t>(line.size());
    if (!sent) return on_reply(gone());
    waiting_.emplace(last_id_, std::move(on_reply));
}

void Monitor::give_up() {
    source_ = {};
    const auto waiting = std::exchange(waiting_, {});
    for (const auto& [id, on_reply] : waiting)
        on_reply(gone());
}

void Monitor::on_readable() {
    std::array<char, 16384> buffer{};
    const ssize_t got = ::recv(fd_, buffer.data(), buffer.size(), MSG_DONTWAIT);
    if (got < 0 && (errno == EAGAIN || errno == EINTR)) return;
    if (got < 0) return lose(std::strerror(errno));
    if (got == 0) return give_up(); // it ends; how, the shim knows
    for (const auto& message : reader_.feed({buffer.data(), static_cast<std::size_t>(got)}))
        handle(message);
    if (reader_.failed()) lose(reader_.failure());
}

void Monitor::handle(const qmp::Message& message) {
    std::visit(Overloaded{
                   [](const qmp::Greeting&) {},
                   [this](const qmp::Reply& reply) { answer(reply.id, Done()); },
                   [this](const qmp::Error& error) {
                       answer(error.id, Failure{Failure::Kind::operation_failed,
                                                "QEMU refused: " + error.description});
                   },
                   [this](const qmp::Event& event) { on_event_(event); },
               },
               message);
}

void Monitor::answer(std::uint64_t id, const Outcome<Done>& outcome) {
    const auto node = waiting_.extract(id);
    if (!node.empty()) node.mapped()(outcome);
}

void Monitor::lose(const std::string& why) {
    log(LOG_WARNING, "lost the connection to QEMU: " + why, guest_);
    give_up();
}

} // namespace vmwarden::supervisor
