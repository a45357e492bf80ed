// SPDX-License-Identifier: LGPL-2.1-or-later
#include "agent/shim/start.h"

#include "agent/shim/privileges.h"

#include <csignal>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>

namespace vmwarden::shim {
namespace {

struct Pipe {
    UniqueFd reader, writer;
};

Outcome make_pipe(Pipe& pipe) {
    int ends[2] = {-1, -1};
    if (auto bad = errno_of(pipe2(ends, O_CLOEXEC))) return bad;
    pipe.reader = UniqueFd(ends[0]);
    pipe.writer = UniqueFd(ends[1]);
    return done();
}

struct Pipes {
    Pipe go;     // the parent's word that it has dropped its privilege
    Pipe status; // the child's StepReport
    Pipe output; // QEMU's standard output and error
};

std::vector<Placement> placements(const Prepared& prepared, int output) {
    std::vector<Placement> list{
        {STDIN_FILENO, STDIN_FILENO}, {output, STDOUT_FILENO}, {output, STDERR_FILENO}};
    for (std::size_t i = 0; i < prepared.for_qemu.size(); ++i)
        list.push_back({prepared.for_qemu[i].get(), prepared.plan.process.fds[i].number});
    return list;
}

[[noreturn]] void be_the_child(std::span<const Step> table, const Prepared& prepared,
                               int cgroup_procs, Pipes& pipes) noexcept {
    pipes.go.writer.reset();
    pipes.status.reader.reset();
    char go = 0;
    if (read(pipes.go.reader.get(), &go, 1) != 1) _exit(EXIT_FAILURE);
    StepContext context{prepared.plan.process, cgroup_procs,
                        placements(prepared, pipes.output.writer.get()), pipes.status.writer.get()};
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
void close_childs_ends(Prepared& prepared, UniqueFd& cgroup_procs, Pipes& pipes) {
    prepared.for_qemu.clear();
    cgroup_procs.reset();
    pipes.go.reader.reset();
    pipes.status.writer.reset();
    pipes.output.writer.reset();
}

Outcome drop_in_parent(const Prepared& prepared, const Pipes& pipes, const Started& started,
                       const std::vector<int>& kept) {
    std::vector<int> all{STDIN_FILENO,
                         STDOUT_FILENO,
                         STDERR_FILENO,
                         pipes.go.writer.get(),
                         pipes.status.reader.get(),
                         pipes.output.reader.get(),
                         started.pidfd.get(),
                         prepared.exit_record.get(),
                         prepared.monitor.get()};
    all.insert(all.end(), kept.begin(), kept.end());
    if (auto bad = close_all_but(std::move(all))) return bad;
    return drop_everything(prepared.plan.shim.account);
}

// EOF without a report: the child was killed on its way.
StartFailure read_report(int status) {
    StartFailure failure{"child", 0, failed(ECHILD), {}};
    StepReport report;
    while (read(status, &report, sizeof report) == static_cast<ssize_t>(sizeof report)) {
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

// A child that still waits for `go`, or that has failed, ends by itself: its pipes are closed.
void reap(pid_t pid) {
    while (waitpid(pid, nullptr, 0) < 0 && errno == EINTR) {
    }
}

} // namespace

std::optional<StartFailure> start(std::span<const Step> table, Prepared& prepared,
                                  UniqueFd cgroup_procs, const std::vector<int>& kept,
                                  Started& started) noexcept {
    Pipes pipes;
    for (Pipe* pipe : {&pipes.go, &pipes.status, &pipes.output})
        if (auto bad = make_pipe(*pipe)) return StartFailure{"pipe", 0, bad, {}};

    const pid_t pid = fork();
    if (auto bad = errno_of(pid)) return StartFailure{"fork", 0, bad, {}};
    if (pid == 0) be_the_child(table, prepared, cgroup_procs.get(), pipes);

    started.pid = pid;
    started.pidfd = UniqueFd(static_cast<int>(syscall(SYS_pidfd_open, pid, 0)));
    Outcome dropped = errno_of(started.pidfd.get());
    close_childs_ends(prepared, cgroup_procs, pipes);
    if (!dropped) dropped = drop_in_parent(prepared, pipes, started, kept);
    if (!dropped) dropped = errno_of(fcntl(pipes.output.reader.get(), F_SETFL, O_NONBLOCK));
    if (!dropped) dropped = errno_of(write(pipes.go.writer.get(), "g", 1));
    pipes.go.writer.reset();
    if (dropped) {
        reap(pid);
        return StartFailure{"shim privileges", 0, dropped, {}};
    }

    StartFailure failure = read_report(pipes.status.reader.get());
    if (failure.why) {
        reap(pid);
        return failure;
    }
    started.output = std::move(pipes.output.reader);
    return std::nullopt;
}

} // namespace vmwarden::shim
