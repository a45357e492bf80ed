// SPDX-License-Identifier: LGPL-2.1-or-later
#include "agent/host/qmp_client.h"

#include "src/base/text.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <limits>
#include <optional>
#include <system_error>

namespace vmwarden::host {

namespace {

using Kind = QmpError::Kind;

void make_non_blocking(int fd) {
    const int flags = ::fcntl(fd, F_GETFL);
    if (flags < 0 || ::fcntl(fd, F_SETFL, flags | O_NONBLOCK) < 0)
        throw std::system_error(errno, std::generic_category(), "QMP socket");
}

bool again(int error) {
    return error == EAGAIN || error == EWOULDBLOCK || error == EINTR;
}

bool peer_gone(int error) {
    return error == ECONNRESET || error == EPIPE;
}

[[noreturn]] void throw_socket_error(int error) {
    if (peer_gone(error)) throw QmpError(Kind::ended, "QEMU has ended");
    throw std::system_error(error, std::generic_category(), "QMP socket");
}

bool over(QmpClient::Deadline deadline) {
    return std::chrono::steady_clock::now() >= deadline;
}

[[noreturn]] void throw_timed_out(std::string_view what) {
    throw QmpError(Kind::timed_out, "QEMU did not answer in time: " + std::string(what));
}

// For poll(2): rounded up, so that a wait is never a spin.
int milliseconds_until(QmpClient::Deadline deadline) {
    const auto left =
        std::chrono::ceil<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now());
    return static_cast<int>(
        std::clamp<std::int64_t>(left.count(), 0, std::numeric_limits<int>::max()));
}

bool answers(const qmp::Message& message, std::uint64_t id) {
    if (const auto* reply = std::get_if<qmp::Reply>(&message)) return reply->id == id;
    if (const auto* error = std::get_if<qmp::Error>(&message)) return error->id == id;
    return false;
}

} // namespace

QmpError::QmpError(Kind kind, const std::string& message)
  : std::runtime_error(message)
  , kind_(kind) {}

QmpError::QmpError(const std::string& command, const qmp::Error& error)
  : std::runtime_error("QEMU refused " + command + ": " + printable(error.description))
  , kind_(Kind::refused)
  , error_class_(printable(error.error_class))
  , description_(printable(error.description)) {}

QmpClient::QmpClient(UniqueFd socket, qmp::Session::Start start)
  : socket_(std::move(socket))
  , session_(start) {
    make_non_blocking(socket_.get());
}

qmp::Greeting QmpClient::negotiate(Deadline deadline) {
    const auto message = await(deadline, "its greeting", [](const qmp::Message& each) {
        return std::holds_alternative<qmp::Greeting>(each);
    });
    execute("qmp_capabilities", deadline);
    return std::get<qmp::Greeting>(message);
}

nlohmann::json QmpClient::execute(std::string_view name, const nlohmann::json& arguments,
                                  Deadline deadline) {
    const auto id = send(name, arguments);
    auto message =
        await(deadline, name, [id](const qmp::Message& each) { return answers(each, id); });
    if (const auto* error = std::get_if<qmp::Error>(&message))
        throw QmpError(std::string(name), *error);
    return std::move(std::get<qmp::Reply>(message).value);
}

nlohmann::json QmpClient::execute(std::string_view name, Deadline deadline) {
    return execute(name, nlohmann::json::object(), deadline);
}

template <class Wanted>
qmp::Message QmpClient::await(Deadline deadline, std::string_view what, Wanted wanted) {
    const auto limit = received_ + max_awaited_bytes;
    while (received_ < limit) {
        wait(deadline, what);
        on_writable();
        std::optional<qmp::Message> found;
        for (auto& message : on_readable()) {
            if (!found && wanted(message))
                found = std::move(message);
            else
                collected_.push_back(std::move(message));
        }
        if (found) return std::move(*found);
        if (over(deadline)) throw_timed_out(what); // talking is not answering
    }
    throw QmpError(Kind::protocol, "QEMU talks and does not answer: " + std::string(what));
}

void QmpClient::wait(Deadline deadline, std::string_view what) {
    pollfd entry{socket_.get(), POLLIN, 0};
    if (wants_write()) entry.events |= POLLOUT;
    const int ready = ::poll(&entry, 1, milliseconds_until(deadline));
    if (ready < 0 && errno != EINTR)
        throw std::system_error(errno, std::generic_category(), "poll of the QMP socket");
    if (ready <= 0 && over(deadline)) throw_timed_out(what);
}

std::vector<qmp::Message> QmpClient::on_readable() {
    std::array<char, 64 * 1024> buffer;
    const auto count = ::recv(socket_.get(), buffer.data(), buffer.size(), 0);
    if (count < 0 && again(errno)) return {};
    if (count < 0) throw_socket_error(errno);
    if (count == 0) throw QmpError(Kind::ended, "QEMU has ended");
    received_ += static_cast<std::size_t>(count);
    auto messages = session_.feed({buffer.data(), static_cast<std::size_t>(count)});
    if (session_.failed())
        throw QmpError(Kind::protocol, "QEMU does not speak QMP: " + session_.failure());
    return messages;
}

std::uint64_t QmpClient::send(std::string_view name, const nlohmann::json& arguments) {
    auto request = session_.request(name, arguments);
    if (unsent_.size() + request.bytes.size() > max_unsent_bytes)
        throw QmpError(Kind::stalled, "QEMU takes no more commands");
    unsent_ += request.bytes;
    on_writable();
    return request.id;
}

void QmpClient::on_writable() {
    while (!unsent_.empty()) {
        const auto count = ::send(socket_.get(), unsent_.data(), unsent_.size(), MSG_NOSIGNAL);
        if (count < 0 && again(errno)) return;
        if (count < 0 && peer_gone(errno)) return unsent_.clear();
        if (count < 0) throw_socket_error(errno);
        unsent_.erase(0, static_cast<std::size_t>(count));
    }
}

} // namespace vmwarden::host
