// SPDX-License-Identifier: LGPL-2.1-or-later
// A conversation with one QEMU over a connected socket. Used twice in a guest's life: blocking,
// with a deadline, by the job that launches it; then by the event loop, which must never wait for
// QEMU.
#pragma once

#include "src/base/unique_fd.h"
#include "src/qmp/session.h"

#include <chrono>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace vmwarden::host {

class QmpError : public std::runtime_error {
  public:
    enum class Kind {
        refused,   // QEMU understood and said no: error_class() and description() are its words
        ended,     // the connection is closed: QEMU has ended
        timed_out, // no answer before the deadline
        protocol,  // what came is not QMP; nothing QEMU says is believed any more
        stalled,   // QEMU does not read: the buffer for commands is full
    };
    QmpError(Kind kind, const std::string& message);
    // Of Kind::refused.
    QmpError(const std::string& command, const qmp::Error& error);

    [[nodiscard]] Kind kind() const { return kind_; }
    [[nodiscard]] const std::string& error_class() const { return error_class_; }
    [[nodiscard]] const std::string& description() const { return description_; }

  private:
    Kind kind_;
    std::string error_class_;
    std::string description_;
};

// Takes the descriptor over and makes it non-blocking. After any QmpError but Kind::refused the
// conversation is over.
class QmpClient {
  public:
    using Deadline = std::chrono::steady_clock::time_point;
    static constexpr std::size_t max_unsent_bytes = 256 * 1024;
    // Of one blocking call: what QEMU may say before it answers.
    static constexpr std::size_t max_awaited_bytes = 16 * 1024 * 1024;

    explicit QmpClient(UniqueFd socket, qmp::Session::Start start = qmp::Session::Start::greeting);

    // Blocking half. What arrives beside the awaited answer is kept for collected().

    // Waits for the greeting and leaves QEMU's negotiation mode.
    qmp::Greeting negotiate(Deadline deadline);
    // QEMU's answer, or QmpError.
    nlohmann::json execute(std::string_view name, const nlohmann::json& arguments,
                           Deadline deadline);
    nlohmann::json execute(std::string_view name, Deadline deadline);
    // Events, and answers to send(), in the order of arrival. Whoever hands the client over to an
    // event loop asks once: what is here makes no descriptor readable.
    std::vector<qmp::Message> collected() { return std::exchange(collected_, {}); }

    // Event loop half: neither waits. Level-triggered polling is assumed.

    [[nodiscard]] int fd() const { return socket_.get(); }
    // One read of bounded size. The end of the connection is thrown by the call after the one that
    // gave its last messages.
    std::vector<qmp::Message> on_readable();
    // The number that the Reply or Error will carry. What the socket does not take now is kept, up
    // to a limit; then Kind::stalled.
    std::uint64_t send(std::string_view name,
                       const nlohmann::json& arguments = nlohmann::json::object());
    // Whether to poll for writing as well, and what to call then. Where nobody reads any more, what
    // is unsent is dropped; on_readable() will find the end.
    [[nodiscard]] bool wants_write() const { return !unsent_.empty(); }
    void on_writable();

    // Gives the descriptor up. Bytes read but not yet a message are lost with the client.
    UniqueFd release() { return std::move(socket_); }

  private:
    void wait(Deadline deadline, std::string_view what);
    // The first of these messages that `wanted` accepts; all others go to collected_.
    template <class Wanted>
    qmp::Message await(Deadline deadline, std::string_view what, Wanted wanted);

    UniqueFd socket_;
    qmp::Session session_;
    std::string unsent_;
    std::size_t received_ = 0; // bytes, ever
    std::vector<qmp::Message> collected_;
};

} // namespace vmwarden::host
