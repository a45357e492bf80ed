// SPDX-License-Identifier: LGPL-2.1-or-later
// vmwarden-shim: leader of one guest's scope. protocol.h tells its life.
#include "agent/shim/ask.h"
#include "agent/shim/control.h"
#include "agent/shim/start.h"

#include <csignal>
#include <cstdlib>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <unistd.h>

namespace vmwarden::shim {
namespace {

// Everything is blocked from the beginning: a signal must not end the shim between two steps.
Outcome block_signals(UniqueFd& signals) {
    sigset_t all;
    sigfillset(&all);
    if (auto bad = errno_of(sigprocmask(SIG_SETMASK, &all, nullptr))) return bad;
    signals = UniqueFd(signalfd(-1, &all, SFD_CLOEXEC | SFD_NONBLOCK));
    return errno_of(signals.get());
}

int give_up(std::string_view step, Outcome why) {
    // An agent that is gone needs no report.
    if (why.value() == ECONNRESET || report_failure(control_fd, step, why)) return EXIT_FAILURE;
    return EXIT_FAILURE;
}

int give_up(const StartFailure& failure) {
    Report report;
    report.kind = Report::Kind::failed;
    report.step = failure.index;
    report.error = failure.why.value();
    failure.step.copy(report.step_name, Report::name_size - 1);
    if (shim::report(control_fd, report)) return EXIT_FAILURE;
    return EXIT_FAILURE;
}

// Comes back unless it has become the emulator.
Outcome ask(std::vector<UniqueFd> descriptors) {
    Asked asked;
    if (auto bad = read_asked(std::move(descriptors), asked)) return bad;
    become_asked(asked, control_fd);
}

Outcome prepare(int signals, Prepared& prepared) {
    std::vector<UniqueFd> descriptors;
    Request request{};
    if (auto bad = receive_any(control_fd, signals, request, descriptors)) return bad;
    if (request == Request::ask) return ask(std::move(descriptors));
    if (request != Request::prepare) return failed(EPROTO);
    if (auto bad = read_prepared(std::move(descriptors), prepared)) return bad;
    return report(control_fd, {.kind = Report::Kind::ready});
}

Outcome await_release(int signals, UniqueFd& cgroup) {
    std::vector<UniqueFd> descriptors;
    if (auto bad = receive(control_fd, signals, Request::release, descriptors)) return bad;
    if (descriptors.size() != 1) return failed(EPROTO);
    cgroup = std::move(descriptors[0]);
    return done();
}

// Started by hand there is nobody to obey, and with its signals blocked it could not be ended.
bool is_socket(int fd) {
    struct stat status {};
    return fstat(fd, &status) == 0 && S_ISSOCK(status.st_mode);
}

int run() noexcept {
    if (!is_socket(control_fd)) {
        constexpr std::string_view text = "vmwarden-shim: is started by vmwardend, not by hand\n";
        return write(STDERR_FILENO, text.data(), text.size()) < 0 ? EXIT_FAILURE : 2;
    }
    UniqueFd signals;
    if (auto bad = block_signals(signals)) return give_up("shim signals", bad);
    Prepared prepared;
    if (auto bad = prepare(signals.get(), prepared)) return give_up("plan", bad);
    UniqueFd cgroup;
    if (auto bad = await_release(signals.get(), cgroup)) return give_up("release", bad);

    Started started;
    const auto failure =
        start(steps(), prepared, std::move(cgroup), {control_fd, signals.get()}, started);
    if (failure) return give_up(*failure);

    // The agent may be gone by now; the guest runs all the same.
    Report report{.kind = Report::Kind::started, .pid = started.pid};
    if (shim::report(control_fd, report, started.pidfd.get())) started.pidfd.reset();
    started.pidfd.reset();
    ::close(control_fd);

    Keeper keeper{started.pid,
                  prepared.plan.scope.kill_signal,
                  std::move(signals),
                  std::move(prepared.exit_record),
                  Monitor(std::move(prepared.monitor)),
                  Output(std::move(started.output), STDERR_FILENO),
                  Attendants(prepared.plan.name, std::move(started.attendants),
                             std::move(started.group_kill))};
    return keep(keeper);
}

} // namespace
} // namespace vmwarden::shim

int main() {
    return vmwarden::shim::run();
}
