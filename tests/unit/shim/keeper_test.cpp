// SPDX-License-Identifier: LGPL-2.1-or-later
// The shim beside a running guest, with a plain child in QEMU's place.
#include "agent/shim/keeper.h"
#include "tests/unit/shim/in_child.h"

#include <csignal>
#include <fcntl.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <string>
#include <sys/mman.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>

namespace vmwarden::shim {
namespace {

std::string text_of(int fd) {
    std::string text(4096, '\0');
    const ssize_t size = pread(fd, text.data(), text.size(), 0);
    text.resize(size < 0 ? 0 : static_cast<std::size_t>(size));
    return text;
}

struct Rig {
    UniqueFd record{memfd_create("record", MFD_CLOEXEC)};
    UniqueFd log{memfd_create("log", MFD_CLOEXEC)};
    UniqueFd qemu_monitor, shim_monitor, output_reader, output_writer;

    Rig() {
        fcntl(log.get(), F_SETFL, O_APPEND);
        int ends[2];
        if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0) std::abort();
        qemu_monitor = UniqueFd(ends[0]);
        shim_monitor = UniqueFd(ends[1]);
        if (pipe2(ends, O_CLOEXEC) != 0) std::abort();
        output_reader = UniqueFd(ends[0]);
        output_writer = UniqueFd(ends[1]);
        fcntl(output_reader.get(), F_SETFL, O_NONBLOCK);
    }

    // Runs a shim around `guest` in a child; the signals are blocked as main() does it.
    template <class Guest>
    int keep_around(Guest guest, int first_signal = 0) {
        return test::in_child([&] {
            sigset_t all;
            sigfillset(&all);
            sigprocmask(SIG_SETMASK, &all, nullptr);
            if (first_signal != 0) raise(first_signal);
            const pid_t pid = fork();
            if (pid == 0) {
                shim_monitor.reset();
                _exit(guest());
            }
            qemu_monitor.reset();
            output_writer.reset();
            Keeper keeper{pid,
                          SIGWINCH,
                          UniqueFd(signalfd(-1, &all, SFD_CLOEXEC | SFD_NONBLOCK)),
                          UniqueFd(fcntl(record.get(), F_DUPFD_CLOEXEC, 0)),
                          Monitor(std::move(shim_monitor)),
                          Output(std::move(output_reader), log.get())};
            return keep(keeper);
        });
    }

    // The same with an attendant beside the guest. What the shim says on its standard error, which
    // is what it says in the journal, is in `log` afterwards.
    template <class Guest, class Attendant>
    int keep_both(Guest guest, Attendant attendant, UniqueFd kill = {}) {
        return test::in_child([&] {
            sigset_t all;
            sigfillset(&all);
            sigprocmask(SIG_SETMASK, &all, nullptr);
            dup2(log.get(), STDERR_FILENO);
            const pid_t beside = fork();
            if (beside == 0) _exit(attendant());
            const pid_t pid = fork();
            if (pid == 0) _exit(guest());
            Keeper keeper{pid,
                          SIGWINCH,
                          UniqueFd(signalfd(-1, &all, SFD_CLOEXEC | SFD_NONBLOCK)),
                          UniqueFd(fcntl(record.get(), F_DUPFD_CLOEXEC, 0)),
                          Monitor(std::move(shim_monitor)),
                          Output(std::move(output_reader), log.get()),
                          Attendants("hello", {{"tpm0", beside}}, std::move(kill))};
            const int status = keep(keeper);
            // Nothing is left to wait for.
            return waitpid(-1, nullptr, WNOHANG) < 0 ? status : 99;
        });
    }

    // Called as QEMU: reads the monitor until `word` has come.
    bool monitor_says(std::string_view word) {
        std::string all;
        char bytes[256];
        ssize_t size = 0;
        while (all.find(word) == std::string::npos &&
               (size = read(qemu_monitor.get(), bytes, sizeof bytes)) > 0)
            all.append(bytes, static_cast<std::size_t>(size));
        return all.find(word) != std::string::npos;
    }
};

TEST(Keeper, exits_with_qemus_status_and_records_it) {
    Rig rig;
    EXPECT_EQ(7, rig.keep_around([] { return 7; }));
    EXPECT_EQ("exited 7\n", text_of(rig.record.get()));
}

TEST(Keeper, records_the_signal_that_killed_qemu) {
    Rig rig;
    EXPECT_EQ(128 + SIGKILL, rig.keep_around([] { return raise(SIGKILL); }));
    EXPECT_EQ("killed 9\n", text_of(rig.record.get()));
}

TEST(Keeper, every_stop_request_becomes_a_power_off) {
    for (const int signal : {SIGTERM, SIGWINCH, SIGRTMIN + 4}) {
        Rig rig;
        const auto guest = [&] { return rig.monitor_says("system_powerdown") ? 3 : 4; };
        EXPECT_EQ(3, rig.keep_around(guest, signal)) << signal;
    }
}

TEST(Keeper, an_interrupt_becomes_a_reset) {
    Rig rig;
    const auto guest = [&] { return rig.monitor_says("system_reset") ? 3 : 4; };
    EXPECT_EQ(3, rig.keep_around(guest, SIGINT));
}

TEST(Keeper, the_monitor_is_negotiated_before_the_first_request) {
    Rig rig;
    EXPECT_EQ(3, rig.keep_around([&] { return rig.monitor_says("qmp_capabilities") ? 3 : 4; }));
}

// QEMU writes far more events than a socket holds and then ends: it must never block on them.
TEST(Keeper, a_talkative_qemu_never_blocks) {
    Rig rig;
    EXPECT_EQ(5, rig.keep_around([&] {
        const std::string line(4000, 'e');
        for (int i = 0; i < 1000; ++i)
            if (write(rig.qemu_monitor.get(), line.data(), line.size()) < 0) return 6;
        return 5;
    }));
}

TEST(Keeper, a_monitor_that_hangs_up_is_let_go) {
    Rig rig;
    EXPECT_EQ(
        5, rig.keep_around([&] { return shutdown(rig.qemu_monitor.get(), SHUT_RDWR) == 0 ? 5 : 6; },
                           SIGTERM));
}

TEST(Keeper, the_last_words_are_kept_and_the_file_stays_bounded) {
    Rig rig;
    EXPECT_EQ(1, rig.keep_around([&] {
        const std::string line(4000, 'o');
        for (int i = 0; i < 300; ++i)
            if (write(rig.output_writer.get(), line.data(), line.size()) < 0) return 6;
        return write(rig.output_writer.get(), "last words", 10) == 10 ? 1 : 6;
    }));
    struct stat info {};
    ASSERT_EQ(0, fstat(rig.log.get(), &info));
    EXPECT_LE(info.st_size, static_cast<off_t>(Output::most_bytes));
    std::string tail(10, '\0');
    ASSERT_EQ(10, pread(rig.log.get(), tail.data(), 10, info.st_size - 10));
    EXPECT_EQ("last words", tail);
}

struct Pipe {
    UniqueFd reader, writer;
    Pipe() {
        int ends[2];
        if (pipe2(ends, O_CLOEXEC) != 0) std::abort();
        reader = UniqueFd(ends[0]);
        writer = UniqueFd(ends[1]);
    }
    // Until somebody writes, or nobody can any more.
    int await() {
        writer.reset();
        char byte = 0;
        return static_cast<int>(read(reader.get(), &byte, 1));
    }
};

TEST(Keeper, an_attendants_end_is_told_while_qemu_runs) {
    Rig rig;
    const auto guest = [&] {
        // Until the shim has said so; QEMU ends by itself after that.
        for (int i = 0; i < 100 && text_of(rig.log.get()).empty(); ++i)
            poll(nullptr, 0, 100);
        return 3;
    };
    EXPECT_EQ(3, rig.keep_both(guest, [] { return raise(SIGKILL); }));
    EXPECT_EQ("hello: the program 'tpm0' beside QEMU was killed by signal 9; the guest runs on "
              "without it until it is started again\n",
              text_of(rig.log.get()));
    EXPECT_EQ("exited 3\n", text_of(rig.record.get()));
}

// As when the whole group is killed: who of them is seen to have ended first is chance.
TEST(Keeper, an_attendant_that_goes_just_before_qemu_is_not_told_of) {
    Rig rig;
    const auto guest = [] { return 4 + poll(nullptr, 0, 200); };
    EXPECT_EQ(4, rig.keep_both(guest, [] { return 0; }));
    EXPECT_EQ("", text_of(rig.log.get()));
}

TEST(Keeper, an_attendant_that_outlives_qemu_is_killed_with_its_group) {
    Rig rig;
    Pipe kill;
    const auto stays = [&] { return kill.await() == 1 ? 0 : 1; };
    UniqueFd group(fcntl(kill.writer.get(), F_DUPFD_CLOEXEC, 0));
    EXPECT_EQ(5, rig.keep_both([] { return 5; }, stays, std::move(group)));
    EXPECT_EQ("exited 5\n", text_of(rig.record.get()));
    EXPECT_EQ("", text_of(rig.log.get()));
}

} // namespace
} // namespace vmwarden::shim
