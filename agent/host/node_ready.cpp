// SPDX-License-Identifier: LGPL-2.1-or-later
// Interface: udev keeps a file for each device node that it has dealt with, named after its number.
#include "agent/host/node_ready.h"

#include "agent/host/files.h"

#include <array>
#include <cerrno>
#include <chrono>
#include <poll.h>
#include <sys/inotify.h>
#include <sys/sysmacros.h>
#include <system_error>
#include <unistd.h>

namespace vmwarden::host {
namespace {

using Clock = std::chrono::steady_clock;

constexpr const char* records = "/run/udev/data";
constexpr const char* control = "/run/udev/control"; // udev's socket, there while it runs
constexpr auto patience = std::chrono::seconds(10);

std::string record_of(const std::string& node) {
    const auto status = status_of(open_in_place(node).get());
    return std::string(records) + "/" + (S_ISBLK(status.st_mode) ? "b" : "c") +
           std::to_string(major(status.st_rdev)) + ":" + std::to_string(minor(status.st_rdev));
}

bool is_there(const std::string& path) {
    return ::access(path.c_str(), F_OK) == 0;
}

// False: the deadline.
bool await_change(int watch, Clock::time_point deadline) {
    const auto left =
        std::chrono::duration_cast<std::chrono::milliseconds>(deadline - Clock::now()).count();
    pollfd waiting{watch, POLLIN, 0};
    if (left <= 0) return false;
    if (::poll(&waiting, 1, static_cast<int>(left)) < 0) return errno == EINTR;
    std::array<char, 4096> events{};
    return (waiting.revents & POLLIN) != 0 && ::read(watch, events.data(), events.size()) > 0;
}

} // namespace

void await_node(const std::string& node) {
    const auto record = record_of(node);
    if (!is_there(control)) return;
    const UniqueFd watch(::inotify_init1(IN_CLOEXEC | IN_NONBLOCK));
    if (!watch || ::inotify_add_watch(watch.get(), records, IN_CREATE | IN_MOVED_TO) < 0)
        throw std::system_error(errno, std::generic_category(), "cannot watch udev");
    const auto deadline = Clock::now() + patience;
    while (!is_there(record) && await_change(watch.get(), deadline)) {
    }
}

} // namespace vmwarden::host
