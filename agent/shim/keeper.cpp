// SPDX-License-Identifier: LGPL-2.1-or-later
#include "agent/shim/keeper.h"

#include <algorithm>
#include <array>
#include <csignal>
#include <cstdio>
#include <optional>
#include <poll.h>
#include <sys/signalfd.h>
#include <sys/wait.h>

namespace vmwarden::shim {
namespace {

// A guest that is still booting misses a press of its power button.
constexpr int press_interval_ms = 10'000;

// Signals merge: one SIGCHLD may stand for several children.
std::optional<siginfo_t> ended(pid_t pid) {
    siginfo_t info{};
    const int result = waitid(P_PID, static_cast<id_t>(pid), &info, WEXITED | WNOHANG);
    if (result < 0 || info.si_pid == 0) return std::nullopt;
    return info;
}

void write_record(int fd, const siginfo_t& info) {
    std::array<char, 32> line{};
    const char* how = info.si_code == CLD_EXITED ? "exited" : "killed";
    const int size = std::snprintf(line.data(), line.size(), "%s %d\n", how, info.si_status);
    // A record that cannot be written leaves the end unknown, which is what a reader then says.
    if (write(fd, line.data(), static_cast<std::size_t>(size)) < 0) return;
}

void obey(Keeper& keeper, int signal) {
    if (asks_powerdown(signal, keeper.kill_signal)) {
        keeper.stopping = true;
        keeper.monitor.ask_powerdown();
    }
    if (asks_reset(signal, keeper.kill_signal)) keeper.monitor.ask_reset();
}

void take_signals(Keeper& keeper) {
    signalfd_siginfo info{};
    while (read(keeper.signals.get(), &info, sizeof info) == static_cast<ssize_t>(sizeof info))
        obey(keeper, static_cast<int>(info.ssi_signo));
}

// -1: for ever, as poll(2) has it.
int patience(const Keeper& keeper) {
    const int to_tell = keeper.attendants.patience();
    const int to_press = keeper.stopping ? press_interval_ms : -1;
    return to_tell < 0 || to_press < 0 ? std::max(to_tell, to_press) : std::min(to_tell, to_press);
}

void wait_and_serve(Keeper& keeper) {
    // poll(2) passes over negative descriptors: a monitor or output that is gone.
    std::array<pollfd, 3> waiting{{{keeper.signals.get(), POLLIN, 0},
                                   {keeper.monitor.fd(), keeper.monitor.events(), 0},
                                   {keeper.output.fd(), POLLIN, 0}}};
    const int ready = poll(waiting.data(), waiting.size(), patience(keeper));
    if (ready == 0 && keeper.stopping) keeper.monitor.ask_powerdown();
    if (ready <= 0) return;
    if (waiting[0].revents != 0) take_signals(keeper);
    if (waiting[1].revents != 0) keeper.monitor.serve(waiting[1].revents);
    if (waiting[2].revents != 0) keeper.output.serve();
}

} // namespace

bool asks_powerdown(int signal, int kill_signal) {
    return signal == SIGTERM || signal == SIGRTMIN + 4 || signal == kill_signal;
}

bool asks_reset(int signal, int kill_signal) {
    return signal == SIGINT && signal != kill_signal;
}

int keep(Keeper& keeper) noexcept {
    auto end = ended(keeper.qemu);
    while (!end) {
        wait_and_serve(keeper);
        end = ended(keeper.qemu);
        if (!end) keeper.attendants.look();
    }
    keeper.output.drain();
    write_record(keeper.exit_record.get(), *end);
    keeper.attendants.end(keeper.signals.get());
    keeper.output.drain();
    return end->si_code == CLD_EXITED ? end->si_status : 128 + end->si_status;
}

} // namespace vmwarden::shim
