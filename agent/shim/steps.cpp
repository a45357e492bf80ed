// SPDX-License-Identifier: LGPL-2.1-or-later
#include "agent/shim/steps.h"

#include "agent/shim/exec_label.h"
#include "agent/shim/landlock.h"
#include "agent/shim/privileges.h"
#include "agent/shim/system_calls.h"
#include "agent/shim/view.h"

#include <csignal>
#include <fcntl.h>
#include <sched.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

namespace vmwarden::shim {
namespace {

Outcome new_session(StepContext&) {
    return errno_of(setsid());
}

// From here to the exec nobody of the guest's own uid may look into this process.
Outcome no_ptrace(StepContext&) {
    return set_undumpable();
}

// The agent's dispositions and mask are not QEMU's business. SIGKILL, SIGSTOP and the two that the
// C library keeps for itself refuse with EINVAL; they cannot have been changed either.
Outcome reset_signals(StepContext&) {
    struct sigaction plain {};
    plain.sa_handler = SIG_DFL;
    for (int signal = 1; signal < NSIG; ++signal)
        if (sigaction(signal, &plain, nullptr) < 0 && errno != EINVAL) return errno_of(-1);
    return done();
}

Outcome inherit_descriptors(StepContext& context) {
    return place_descriptors(context.descriptors, context.parent);
}

// An agent that the kernel is told to spare must not hand that on to its guests.
Outcome set_oom_score(StepContext& context) {
    const int fd = open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);
    if (auto bad = errno_of(fd)) return bad;
    const auto score = std::to_string(context.process.walls.oom_score_adjust);
    const Outcome outcome = errno_of(write(fd, score.data(), score.size()));
    close(fd);
    return outcome;
}

// The PID namespace began with the fork: start.cpp.
Outcome leave_namespaces(StepContext& context) {
    const auto& walls = context.process.walls;
    int flags = 0;
    if (walls.mount_namespace) flags |= CLONE_NEWNS;
    if (walls.ipc_namespace) flags |= CLONE_NEWIPC;
    if (walls.network_namespace) flags |= CLONE_NEWNET;
    return flags == 0 ? done() : errno_of(unshare(flags));
}

// no_new_privs makes set-user-id bits mean nothing in any case; see view.h for the label.
Outcome change_view(StepContext& context) {
    const auto& process = context.process;
    const auto& walls = process.walls;
    if (!walls.mount_namespace) return done();
    umask(0);
    return make_view(walls, walls.pid_namespace, process.exec_label.empty());
}

Outcome hold_to_files(StepContext& context) {
    const auto& walls = context.process.walls;
    return walls.landlock ? restrict_files(walls) : done();
}

Outcome filter_calls(StepContext& context) {
    const auto& walls = context.process.walls;
    return walls.system_call_filter ? filter_system_calls(walls.io_uring) : done();
}

Outcome set_limits(StepContext& context) {
    for (const auto& [resource, value] : context.process.limits) {
        const rlimit wanted{value, value};
        const auto which = static_cast<__rlimit_resource_t>(resource);
        if (auto bad = errno_of(setrlimit(which, &wanted))) return bad;
        rlimit found{};
        if (auto bad = errno_of(getrlimit(which, &found))) return bad;
        if (found.rlim_cur != value || found.rlim_max != value) return failed(EPERM);
    }
    return done();
}

Outcome set_umask(StepContext& context) {
    umask(context.process.umask);
    return done();
}

Outcome enter_directory(StepContext& context) {
    return errno_of(chdir(context.process.working_directory.c_str()));
}

Outcome empty_bounding(StepContext&) {
    return empty_bounding_set();
}
Outcome lock_bits(StepContext&) {
    return lock_securebits();
}
Outcome become_groups(StepContext& context) {
    return set_groups(context.process.identity);
}
Outcome become_gid(StepContext& context) {
    return set_gid(context.process.identity);
}
Outcome become_uid(StepContext& context) {
    return set_uid(context.process.identity);
}
Outcome empty_all_sets(StepContext&) {
    return empty_capabilities();
}

Outcome label_exec(StepContext& context) {
    return context.process.exec_label.empty() ? done() : set_exec_label(context.process.exec_label);
}

Outcome forbid_new_privileges(StepContext& context) {
    return context.process.no_new_privs_before_exec ? set_no_new_privs() : done();
}

// QEMU may not run beside a shim that still has privilege.
Outcome await_go_ahead(StepContext& context) {
    char word = 0;
    const ssize_t size = read(context.parent, &word, 1);
    if (size < 0) return errno_of(-1);
    return size == 1 && word == go_ahead ? done() : failed(ECANCELED);
}

std::vector<char*> pointers(const std::vector<std::string>& words) {
    std::vector<char*> list;
    for (const std::string& word : words)
        list.push_back(const_cast<char*>(word.c_str()));
    list.push_back(nullptr);
    return list;
}

// Every other signal has been blocked since the shim began, so that none could end the child before
// it had said why.
Outcome hand_over(StepContext& context) {
    const plan::Process& process = context.process;
    const auto argv = pointers(process.argv);
    const auto environment = pointers(process.environment);
    sigset_t none;
    sigemptyset(&none);
    if (auto bad = errno_of(sigprocmask(SIG_SETMASK, &none, nullptr))) return bad;

    StepReport report;
    report.handed_over = true;
    if (write(context.parent, &report, sizeof report) != static_cast<ssize_t>(sizeof report))
        return failed(EPIPE);
    return errno_of(execve(process.executable.c_str(), argv.data(), environment.data()));
}

// Order matters. What needs root or CAP_SETPCAP stands above "uid", as do "landlock" and "system
// calls", which would want no_new_privs of anybody else. "exec label" stands above "landlock",
// which shuts /proc, and above "no new privileges", which would forbid it. "oom score" and
// "descriptors" look into the host's /proc. There is no parent-death signal: a guest outlives an
// agent and even its shim, whose end the supervisor sees.
constexpr Step all_steps[] = {
    {"session", 202, new_session},
    {"ptrace protection", 203, no_ptrace},
    {"signals", 204, reset_signals},
    {"descriptors", 205, inherit_descriptors},
    {"oom score", 206, set_oom_score},
    {"namespaces", 207, leave_namespaces},
    {"view of files", 208, change_view},
    {"resource limits", 209, set_limits},
    {"umask", 210, set_umask},
    {"working directory", 211, enter_directory},
    {"exec label", 212, label_exec},
    {"landlock", 213, hold_to_files},
    {"system calls", 214, filter_calls},
    {"bounding set", 215, empty_bounding},
    {"securebits", 216, lock_bits},
    {"supplementary groups", 217, become_groups},
    {"gid", 218, become_gid},
    {"uid", 219, become_uid},
    {"capabilities", 220, empty_all_sets},
    {"no new privileges", 221, forbid_new_privileges},
    {"shim privileges", 222, await_go_ahead},
    {"exec", 223, hand_over},
};

void report_failure(const StepContext& context, const Step& step, std::size_t index,
                    const Outcome& outcome) {
    StepReport report;
    report.step = static_cast<std::uint8_t>(index);
    report.error = outcome.value();
    step.name.copy(report.name, StepReport::name_size - 1);
    // If this write fails the socket closes without `handed_over`, which is a failure as well.
    if (write(context.parent, &report, sizeof report) < 0) return;
}

} // namespace

std::span<const Step> steps() {
    return all_steps;
}

void walk(std::span<const Step> table, StepContext& context) noexcept {
    for (std::size_t i = 0; i < table.size(); ++i) {
        const Outcome outcome = table[i].run(context);
        if (!outcome) continue;
        report_failure(context, table[i], i, outcome);
        _exit(table[i].exit_code);
    }
    _exit(EXIT_FAILURE); // a table that does not end in an exec started nothing
}

} // namespace vmwarden::shim
