// SPDX-License-Identifier: LGPL-2.1-or-later
#include "agent/supervisor/monitor.h"

#include "agent/supervisor/log.h"

#include <sys/epoll.h>

namespace vmwarden::supervisor {

namespace {

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

Monitor::Monitor(Loop& loop, UniqueFd socket, std::string guest, OnEvent on_event)
  : loop_(loop)
  , guest_(std::move(guest))
  , on_event_(std::move(on_event)) {
    if (!socket) return;
    client_.emplace(std::move(socket), qmp::Session::Start::negotiated);
    readable_ = loop_.watch(client_->fd(), EPOLLIN, [this] {
        guarded([this] {
            for (const auto& message : client_->on_readable())
                handle(message);
        });
    });
}

template <class Talk>
void Monitor::guarded(Talk talk) {
    try {
        talk();
    } catch (const host::QmpError& error) {
        // That it ends is told by the shim, with the reason.
        if (error.kind() != host::QmpError::Kind::ended)
            log(LOG_WARNING, std::string("lost the connection to QEMU: ") + error.what(), guest_);
        give_up();
    }
}

void Monitor::send(const std::string& command, const OnReply& on_reply) {
    if (!readable_) return on_reply(gone());
    bool waits = false;
    guarded([&] {
        const auto id = client_->send(command);
        waits = waiting_.emplace(id, on_reply).second;
        flush();
    });
    if (!waits) on_reply(gone());
}

void Monitor::flush() {
    writable_ = {};
    if (!client_->wants_write()) return;
    writable_ = loop_.watch(client_->fd(), EPOLLOUT, [this] {
        guarded([this] {
            client_->on_writable();
            flush();
        });
    });
}

void Monitor::give_up() {
    readable_ = {};
    writable_ = {};
    const auto waiting = std::exchange(waiting_, {});
    for (const auto& [id, on_reply] : waiting)
        on_reply(gone());
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

} // namespace vmwarden::supervisor
