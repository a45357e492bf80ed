// SPDX-License-Identifier: LGPL-2.1-or-later
#include "agent/shim/start.h"

#include "agent/shim/privileges.h"

#include <csignal>
#include <fcntl.h>
#include <linux/sched.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>

namespace vmwarden::shim {
namespace {

// The child and its parent talk over `words`: the child's StepReports, the parent's go-ahead.
struct Pipes {
    UniqueFd parents_words, childs_words;
    UniqueFd output_reader, output_writer; // QEMU's standard output and error
};

Outcome make_pipes(Pipes& pipes) {
    int ends[2] = {-1, -1};
    if (auto bad = errno_of(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends)))
        return bad;
    pipes.parents_words = UniqueFd(ends[0]);
    pipes.childs_words = UniqueFd(ends[1]);
    if (auto bad = errno_of(pipe2(ends, O_CLOEXEC))) return bad;
    pipes.output_reader = UniqueFd(ends[0]);
    pipes.output_writer = UniqueFd(ends[1]);
    return done();
}

std::vector<Placement> placements(const Prepared& prepared, int output) {
    std::vector<Placement> list{
        {STDIN_FILENO, STDIN_FILENO}, {output, STDOUT_FILENO}, {output, STDERR_FILENO}};
    for (std::size_t i = 0; i < prepared.for_qemu.size(); ++i)
        list.push_back({prepared.for_qemu[i].get(), prepared.plan.process.fds[i].number});
    return list;
}

// clone3(2) as glibc has no wrapper for it: the child begins in the group. Moving a process there
// would take the kernel's lock over all of them, which waits for an RCU grace period. A child by
// the bare system call may use the C library because this process has one thread.
pid_t fork_into(int cgroup, int& pidfd) {
    clone_args arguments{};
    arguments.flags = CLONE_INTO_CGROUP | CLONE_PIDFD;
    arguments.pidfd = reinterpret_cast<std::uint64_t>(&pidfd);
    arguments.exit_signal = SIGCHLD;
    arguments.cgroup = static_cast<std::uint64_t>(cgroup);
    return static_cast<pid_t>(syscall(SYS_clone3, &arguments, sizeof arguments));
}

[[noreturn]] void be_the_child(std::span<const Step> table, const Prepared& prepared,
                               Pipes& pipes) noexcept {
    pipes.parents_words.reset();
    StepContext context{prepared.plan.process,
                        placements(prepared, pipes.output_writer.get()), pipes.childs_words.get()};
    walk(table, context);
}

// The shim's own steps; SELinux keeps it in the domain it was started in.
Outcome drop_everything(const Owner& account) {
    const Identity identity{account.uid, account.gid, {}};
    umask(077);
    if (auto bad = set_undumpable()) return bad;
    if (auto bad = errno_of(chdir("/"))) return bad;
    if (auto bad = empty_bounding_set()) return bad;
    if (auto bad = lock_securebits()) return bad;
    if (auto bad = set_groups(identity)) return bad;
    if (auto bad = set_gid(identity)) return bad;
    if (auto bad = set_uid(identity)) return bad;
    if (auto bad = empty_capabilities()) return bad;
    return set_no_new_privs();
}

// Everything of the parent's that the child has inherited by now.
void close_childs_ends(Prepared& prepared, UniqueFd& cgroup, Pipes& pipes) {
    prepared.for_qemu.clear();
    cgroup.reset();
    pipes.childs_words.reset();
    pipes.output_writer.reset();
}

Outcome drop_in_parent(const Prepared& prepared, const Pipes& pipes, const Started& started,
                       const std::vector<int>& kept) {
    std::vector<int> all{STDIN_FILENO,
                         STDOUT_FILENO,
                         STDERR_FILENO,
                         pipes.parents_words.get(),
                         pipes.output_reader.get(),
                         started.pidfd.get(),
                         prepared.exit_record.get(),
                         prepared.monitor.get()};
    all.insert(all.end(), kept.begin(), kept.end());
    if (auto bad = close_all_but(std::move(all))) return bad;
    return drop_everything(prepared.plan.shim.account);
}

// A child that has ended already has said why, which read_report() finds.
Outcome tell(int child, char word) {
    if (send(child, &word, 1, MSG_NOSIGNAL) == 1 || errno == EPIPE) return done();
    return errno_of(-1);
}

// A child that ended without taking the go-ahead resets the connection: once, and what it had said
// comes after that.
bool next_report(int child, StepReport& report) {
    ssize_t size = read(child, &report, sizeof report);
    while (size < 0 && (errno == ECONNRESET || errno == EINTR))
        size = read(child, &report, sizeof report);
    return size == static_cast<ssize_t>(sizeof report);
}

// EOF without a report: the child was killed on its way.
StartFailure read_report(int status) {
    StartFailure failure{"child", 0, failed(ECHILD), {}};
    StepReport report;
    while (next_report(status, report)) {
        failure.report = report;
        failure.report.name[StepReport::name_size - 1] = '\0';
        if (report.handed_over) continue; // unless the exec itself fails, EOF comes next
        failure.index = report.step;
        failure.why = failed(report.error);
        return failure;
    }
    if (failure.report.handed_over) failure.why = done();
    return failure;
}

// A child that has failed is gone; one that was told to stop ends by itself.
void reap(pid_t pid) {
    while (waitpid(pid, nullptr, 0) < 0 && errno == EINTR) {
    }
}

} // namespace

std::optional<StartFailure> start(std::span<const Step> table, Prepared& prepared,
                                  UniqueFd cgroup, const std::vector<int>& kept,
                                  Started& started) noexcept {
    Pipes pipes;
    if (auto bad = make_pipes(pipes)) return StartFailure{"pipe", 0, bad, {}};

    int pidfd = -1;
    const pid_t pid = fork_into(cgroup.get(), pidfd);
    if (auto bad = errno_of(pid)) return StartFailure{"cgroup", 0, bad, {}};
    if (pid == 0) be_the_child(table, prepared, pipes);

    started.pid = pid;
    started.pidfd = UniqueFd(pidfd);
    close_childs_ends(prepared, cgroup, pipes);
    Outcome dropped = drop_in_parent(prepared, pipes, started, kept);
    if (!dropped) dropped = errno_of(fcntl(pipes.output_reader.get(), F_SETFL, O_NONBLOCK));
    if (!dropped) dropped = tell(pipes.parents_words.get(), go_ahead);
    if (dropped) {
        pipes.parents_words.reset(); // which the child takes for a no
        reap(pid);
        return StartFailure{"shim privileges", 0, dropped, {}};
    }

    StartFailure failure = read_report(pipes.parents_words.get());
    if (failure.why) {
        reap(pid);
        return failure;
    }
    started.output = std::move(pipes.output_reader);
    return std::nullopt;
}

} // namespace vmwarden::shim
