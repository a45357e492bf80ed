// SPDX-License-Identifier: LGPL-2.1-or-later
#include "agent/shim/attendants.h"

#include "agent/shim/journal.h"

#include <algorithm>
#include <array>
#include <fcntl.h>
#include <poll.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

namespace vmwarden::shim {
namespace {

using std::chrono::milliseconds;

// For the end of QEMU to show up as well.
constexpr milliseconds telling_delay{1000};
// For an attendant to end by itself when its socket has closed.
constexpr milliseconds grace{3000};

std::string how(int status) {
    if (WIFSIGNALED(status)) return "was killed by signal " + std::to_string(WTERMSIG(status));
    return "ended with status " + std::to_string(WEXITSTATUS(status));
}

int left_until(Attendants::Clock::time_point when) {
    const auto left = std::chrono::ceil<milliseconds>(when - Attendants::Clock::now());
    return static_cast<int>(std::max<milliseconds::rep>(left.count(), 0));
}

// Until a signal has come or the time is over; the signals are taken away.
void await_signal(int signals, int milliseconds_left) {
    pollfd waiting{signals, POLLIN, 0};
    if (poll(&waiting, 1, milliseconds_left) <= 0) return;
    signalfd_siginfo info{};
    while (read(signals, &info, sizeof info) == static_cast<ssize_t>(sizeof info)) {
    }
}

} // namespace

Outcome open_group_kill(int cgroup, UniqueFd& kill) {
    kill = UniqueFd(openat(cgroup, "cgroup.kill", O_WRONLY | O_CLOEXEC));
    return errno_of(kill.get());
}

Attendants::Attendants(std::string guest, std::vector<One> all, UniqueFd kill)
  : guest_(std::move(guest))
  , all_(std::move(all))
  , kill_(std::move(kill)) {}

void Attendants::look() {
    reap();
    const auto untold = [](const One& one) { return one.ended && !one.told; };
    if (!std::any_of(all_.begin(), all_.end(), untold)) return;
    if (!untold_) {
        untold_ = true;
        tell_at_ = Clock::now() + telling_delay;
    }
    if (Clock::now() < tell_at_) return;
    for (One& one : all_)
        if (untold(one)) tell(one);
    untold_ = false;
}

int Attendants::patience() const {
    return untold_ ? left_until(tell_at_) : -1;
}

void Attendants::end(int signals) {
    const auto deadline = Clock::now() + grace;
    for (reap(); any_left() && Clock::now() < deadline; reap())
        await_signal(signals, left_until(deadline));
    if (!any_left()) return;
    // Should that fail, who stops the scope kills them; until then it stays, and says so.
    if (write(kill_.get(), "1", 1) != 1)
        say_in_journal(guest_, "programs beside QEMU have outlived it and cannot be killed");
    for (; any_left(); reap())
        await_signal(signals, -1);
}

bool Attendants::any_left() const {
    return std::any_of(all_.begin(), all_.end(), [](const One& one) { return !one.ended; });
}

void Attendants::reap() {
    for (One& one : all_)
        if (!one.ended && waitpid(one.pid, &one.status, WNOHANG) != 0) one.ended = true;
}

void Attendants::tell(One& one) const {
    one.told = true;
    say_in_journal(guest_, "the program '" + one.name + "' beside QEMU " + how(one.status) +
                               "; the guest runs on without it until it is started again");
}

} // namespace vmwarden::shim
