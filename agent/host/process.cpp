// SPDX-License-Identifier: LGPL-2.1-or-later
#include "agent/host/process.h"

#include "agent/host/lines.h"
#include "agent/host/read_text.h"
#include "src/base/units.h"

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <system_error>

namespace vmwarden::host {
namespace {

[[noreturn]] void fail(int error, const std::string& what) {
    throw std::system_error(error, std::generic_category(), what);
}

void check(int error, const std::string& what) {
    if (error != 0) fail(error, what);
}

class FileActions {
  public:
    FileActions() { check(posix_spawn_file_actions_init(&actions_), "cannot spawn"); }
    FileActions(const FileActions&) = delete;
    FileActions& operator=(const FileActions&) = delete;
    ~FileActions() { posix_spawn_file_actions_destroy(&actions_); }

    void place(int source, int number) {
        check(posix_spawn_file_actions_adddup2(&actions_, source, number), "cannot spawn");
    }
    void close_from(int number) {
        check(posix_spawn_file_actions_addclosefrom_np(&actions_, number), "cannot spawn");
    }
    [[nodiscard]] const posix_spawn_file_actions_t* get() const { return &actions_; }

  private:
    posix_spawn_file_actions_t actions_{};
};

class Attributes {
  public:
    Attributes() {
        check(posix_spawnattr_init(&attributes_), "cannot spawn");
        sigset_t none, all;
        sigemptyset(&none);
        sigfillset(&all);
        posix_spawnattr_setsigmask(&attributes_, &none);
        posix_spawnattr_setsigdefault(&attributes_, &all);
        posix_spawnattr_setflags(&attributes_, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF |
                                                   POSIX_SPAWN_SETSID);
    }
    Attributes(const Attributes&) = delete;
    Attributes& operator=(const Attributes&) = delete;
    ~Attributes() { posix_spawnattr_destroy(&attributes_); }
    [[nodiscard]] const posix_spawnattr_t* get() const { return &attributes_; }

  private:
    posix_spawnattr_t attributes_{};
};

} // namespace

Spawned spawn(const std::string& program, const std::vector<PassedFd>& descriptors) {
    int above = 0;
    for (const PassedFd& each : descriptors)
        above = std::max(above, each.number + 1);
    std::vector<UniqueFd> moved; // above every number that will be taken
    FileActions actions;
    for (const PassedFd& each : descriptors) {
        moved.emplace_back(fcntl(each.source, F_DUPFD_CLOEXEC, above));
        if (!moved.back()) fail(errno, "cannot pass a descriptor");
        actions.place(moved.back().get(), each.number);
    }
    actions.close_from(above);

    const Attributes attributes;
    std::string name = program;
    char* argv[] = {name.data(), nullptr};
    char* environment[] = {nullptr};
    Spawned spawned;
    check(posix_spawn(&spawned.pid, program.c_str(), actions.get(), attributes.get(), argv,
                      environment),
          "cannot run " + program);
    spawned.pidfd = open_pidfd(spawned.pid); // our child, not reaped yet: it cannot be another's
    return spawned;
}

UniqueFd open_pidfd(pid_t pid) {
    UniqueFd fd(static_cast<int>(syscall(SYS_pidfd_open, pid, 0))); // close-on-exec by itself
    if (!fd) fail(errno, "cannot open process " + std::to_string(pid));
    return fd;
}

std::optional<std::uint64_t> start_time(pid_t pid) {
    const auto text = read_text("/proc/" + std::to_string(pid) + "/stat");
    if (!text) return std::nullopt;
    // The name in parentheses may hold anything; what follows the last one is fields 3 and on.
    const auto end = text->rfind(')');
    if (end == std::string::npos) return std::nullopt;
    std::vector<std::string_view> fields;
    for_each_piece(std::string_view(*text).substr(end + 1), ' ', [&](std::string_view piece) {
        if (!piece.empty()) fields.push_back(piece);
    });
    constexpr std::size_t starttime = 22 - 3;
    return fields.size() > starttime ? parse_number(fields[starttime]) : std::nullopt;
}

bool has_ended(int pidfd, std::chrono::milliseconds patience) {
    pollfd ended{pidfd, POLLIN, 0};
    int ready = 0;
    do
        ready = poll(&ended, 1, static_cast<int>(patience.count()));
    while (ready < 0 && errno == EINTR);
    return ready > 0;
}

void kill_process(int pidfd) {
    if (syscall(SYS_pidfd_send_signal, pidfd, SIGKILL, nullptr, 0) < 0 && errno != ESRCH)
        fail(errno, "cannot kill a process");
}

void end_child(const Spawned& child) {
    kill_process(child.pidfd.get());
    siginfo_t info{};
    while (waitid(P_PIDFD, static_cast<id_t>(child.pidfd.get()), &info, WEXITED) < 0 &&
           errno == EINTR) {
    }
}

void reap(pid_t pid) {
    if (pid <= 0) return;
    while (waitpid(pid, nullptr, WNOHANG) < 0 && errno == EINTR) {
    }
}

std::string boot_id() {
    const auto text = read_text("/proc/sys/kernel/random/boot_id");
    return text ? std::string(trimmed(value_of(*text, ""))) : "";
}

UniqueFd sealed_memfd(const char* name, std::string_view bytes) {
    UniqueFd fd(memfd_create(name, MFD_CLOEXEC | MFD_ALLOW_SEALING));
    if (!fd) fail(errno, "cannot make a memory file");
    while (!bytes.empty()) {
        const ssize_t written = write(fd.get(), bytes.data(), bytes.size());
        if (written < 0) fail(errno, "cannot write a memory file");
        bytes.remove_prefix(static_cast<std::size_t>(written));
    }
    constexpr int all = F_SEAL_WRITE | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL;
    if (fcntl(fd.get(), F_ADD_SEALS, all) < 0) fail(errno, "cannot seal a memory file");
    return fd;
}

} // namespace vmwarden::host
