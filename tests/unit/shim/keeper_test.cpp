// SPDX-License-Identifier: LGPL-2.1-or-later
// The shim beside a running guest, with a plain child in QEMU's place.
#include "agent/shim/keeper.h"
#include "tests/unit/shim/in_child.h"

#include <csignal>
#include <fcntl.h>
#include <gtest/gtest.h>
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

} // namespace
} // namespace vmwarden::shim
