// SPDX-License-Identifier: LGPL-2.1-or-later
#include "agent/shim/start.h"

#include "agent/shim/privileges.h"
#include "src/plan/attendant.h"

#include <csignal>
#include <fcntl.h>
#include <linux/sched.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>

namespace vmwarden::shim {
namespace {

// One child on its way to its program. It and this process talk over `words`: its StepReports, our
// go-ahead.
struct Child {
    std::string name; // of an attendant; empty: QEMU
    pid_t pid = -1;
    UniqueFd pidfd;
    UniqueFd words;
};

// The reading end of what all of them say on standard output and error, and the other.
struct OutputPipe {
    UniqueFd reader, writer;
};

Outcome make_output(OutputPipe& output) {
    int ends[2] = {-1, -1};
    if (auto bad = errno_of(pipe2(ends, O_CLOEXEC))) return bad;
    output.reader = UniqueFd(ends[0]);
    output.writer = UniqueFd(ends[1]);
    return done();
}

std::vector<Placement> standard_placements(int output) {
    return {{STDIN_FILENO, STDIN_FILENO}, {output, STDOUT_FILENO}, {output, STDERR_FILENO}};
}

std::vector<Placement> qemu_placements(const Prepared& prepared, int output) {
    auto list = standard_placements(output);
    for (std::size_t i = 0; i < prepared.for_qemu.size(); ++i)
        list.push_back({prepared.for_qemu[i].get(), prepared.plan.process.fds[i].number});
    return list;
}

// clone3(2) as glibc has no wrapper for it: the child begins in the group. Moving a process there
// would take the kernel's lock over all of them, which waits for an RCU grace period. A child by
// the bare system call may use the C library because this process has one thread.
pid_t fork_into(int cgroup, bool own_processes, int& pidfd) {
    clone_args arguments{};
    arguments.flags = CLONE_INTO_CGROUP | CLONE_PIDFD;
    if (own_processes) arguments.flags |= CLONE_NEWPID;
    arguments.pidfd = reinterpret_cast<std::uint64_t>(&pidfd);
    arguments.exit_signal = SIGCHLD;
    arguments.cgroup = static_cast<std::uint64_t>(cgroup);
    return static_cast<pid_t>(syscall(SYS_clone3, &arguments, sizeof arguments));
}

// What a child is to become.
struct Program {
    std::string name;
    const plan::Process& process;
    std::vector<Placement> descriptors;
};

Outcome fork_child(std::span<const Step> table, const Program& program, int cgroup,
                   std::vector<Child>& children) {
    int ends[2] = {-1, -1};
    if (auto bad = errno_of(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends)))
        return bad;
    Child child{program.name, -1, {}, UniqueFd(ends[0])};
    const UniqueFd childs_words(ends[1]);
    int pidfd = -1;
    child.pid = fork_into(cgroup, program.process.walls.pid_namespace, pidfd);
    if (auto bad = errno_of(child.pid)) return bad;
    if (child.pid == 0) {
        child.words.reset();
        StepContext context{program.process, program.descriptors, childs_words.get()};
        walk(table, context);
    }
    child.pidfd = UniqueFd(pidfd);
    children.push_back(std::move(child));
    return done();
}

// Attendants first: QEMU talks to them as soon as it starts.
Outcome fork_children(std::span<const Step> table, const Prepared& prepared, int cgroup, int output,
                      std::vector<Child>& children) {
    const auto& attendants = prepared.plan.attendants;
    for (std::size_t i = 0; i < attendants.size(); ++i) {
        const auto process = plan::attendant_process(prepared.plan, attendants[i]);
        auto descriptors = standard_placements(output);
        descriptors.push_back({prepared.for_attendants[i].get(), attendants[i].fd});
        const Program program{attendants[i].name, process, std::move(descriptors)};
        if (auto bad = fork_child(table, program, cgroup, children)) return bad;
    }
    const Program qemu{"", prepared.plan.process, qemu_placements(prepared, output)};
    return fork_child(table, qemu, cgroup, children);
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

// Everything of the parent's that the children have inherited by now.
void close_childrens_ends(Prepared& prepared, UniqueFd& cgroup, OutputPipe& output) {
    prepared.for_qemu.clear();
    prepared.for_attendants.clear();
    cgroup.reset();
    output.writer.reset();
}

Outcome drop_in_parent(const Prepared& prepared, const std::vector<Child>& children,
                       std::vector<int> kept) {
    for (const int fd : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO, prepared.exit_record.get(),
                         prepared.monitor.get()})
        kept.push_back(fd);
    for (const Child& child : children) {
        kept.push_back(child.words.get());
        kept.push_back(child.pidfd.get());
    }
    if (auto bad = close_all_but(std::move(kept))) return bad;
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
StartFailure read_report(const Child& child) {
    const std::string name = child.name.empty() ? "" : child.name + ": ";
    StartFailure failure{name + "child", 0, failed(ECHILD)};
    StepReport report;
    while (next_report(child.words.get(), report)) {
        if (report.handed_over) {
            failure.why = done(); // unless the exec itself fails, EOF comes next
            continue;
        }
        report.name[StepReport::name_size - 1] = '\0';
        return {name + report.name, report.step, failed(report.error)};
    }
    return failure;
}

void reap(pid_t pid) {
    while (waitpid(pid, nullptr, 0) < 0 && errno == EINTR) {
    }
}

// Who has not been told to go on takes a closed socket for a no. Who runs is killed with its group.
void end_children(std::vector<Child>& children, const UniqueFd& group_kill) {
    for (Child& child : children)
        child.words.reset();
    if (group_kill && write(group_kill.get(), "1", 1) != 1) return; // the agent stops the scope
    for (const Child& child : children)
        reap(child.pid);
}

std::optional<StartFailure> let_go(const std::vector<Child>& children) {
    for (const Child& child : children) {
        if (auto bad = tell(child.words.get(), go_ahead))
            return StartFailure{"shim privileges", 0, bad};
        if (auto failure = read_report(child); failure.why) return failure;
    }
    return std::nullopt;
}

void note_started(std::vector<Child>& children, Started& started) {
    started.pid = children.back().pid;
    started.pidfd = std::move(children.back().pidfd);
    children.pop_back();
    for (Child& child : children)
        started.attendants.push_back({std::move(child.name), child.pid});
}

} // namespace

std::optional<StartFailure> start(std::span<const Step> table, Prepared& prepared, UniqueFd cgroup,
                                  const std::vector<int>& kept, Started& started) noexcept {
    OutputPipe output;
    if (auto bad = make_output(output)) return StartFailure{"pipe", 0, bad};
    if (!prepared.plan.attendants.empty())
        if (auto bad = open_group_kill(cgroup.get(), started.group_kill))
            return StartFailure{"cgroup.kill", 0, bad};

    std::vector<Child> children;
    if (auto bad = fork_children(table, prepared, cgroup.get(), output.writer.get(), children)) {
        end_children(children, started.group_kill);
        return StartFailure{"cgroup", 0, bad};
    }
    close_childrens_ends(prepared, cgroup, output);
    std::vector<int> all = kept;
    all.push_back(output.reader.get());
    all.push_back(started.group_kill.get());
    Outcome dropped = drop_in_parent(prepared, children, std::move(all));
    if (!dropped) dropped = errno_of(fcntl(output.reader.get(), F_SETFL, O_NONBLOCK));
    std::optional<StartFailure> failure;
    if (dropped)
        failure = StartFailure{"shim privileges", 0, dropped};
    else
        failure = let_go(children);
    if (failure) {
        end_children(children, started.group_kill);
        return failure;
    }
    note_started(children, started);
    started.output = std::move(output.reader);
    return std::nullopt;
}

} // namespace vmwarden::shim
