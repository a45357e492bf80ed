// SPDX-License-Identifier: LGPL-2.1-or-later
// vmwarden-victim: stands in the emulator's place and tries what a taken-over one would.
//
// It takes QEMU's arguments and ignores them, but for its own, which the host cases add:
//   --targets PATH  what to try it at, see Targets; through the agent, which lets nobody add words,
//                   the disk whose name ends in escape-targets.img
//   --silent        never answers on the monitor
//   --print-euid    exits with 0 if it runs as root: what a set-user-id copy is run with
//
// Each attempt is one line in the first regular file that it was given to write to, or on standard
// output:
//   denied NAME HOW | ALLOWED NAME [HOW] | untried NAME | fd NUMBER TARGET | done
// "done" comes last.
#include "tests/host/escape/attempt.h"
#include "tests/host/escape/monitor.h"

#include <array>
#include <csignal>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <string>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>
#include <vector>

namespace {

using namespace vmwarden::escape;

struct Arguments {
    std::string targets;
    bool silent = false;
    bool sandbox = false;
};

int report_fd = STDOUT_FILENO;

void say(const std::string& line) {
    const std::string whole = line + "\n";
    if (write(report_fd, whole.data(), whole.size()) < 0) _exit(70);
}

std::string target_of(int fd) {
    std::array<char, 4096> text{};
    const ssize_t size =
        readlink(("/proc/self/fd/" + std::to_string(fd)).c_str(), text.data(), text.size());
    return size < 0 ? "?" : std::string(text.data(), static_cast<std::size_t>(size));
}

// Not out of /proc, which Landlock shuts.
std::vector<int> open_fds() {
    constexpr int more_than_a_plan_has = 1024;
    std::vector<int> list;
    for (int fd = 0; fd < more_than_a_plan_has; ++fd)
        if (fcntl(fd, F_GETFD) >= 0) list.push_back(fd);
    return list;
}

Given look_at_fds() {
    Given given;
    std::vector<std::string> lines;
    for (const int fd : open_fds()) {
        lines.push_back("fd " + std::to_string(fd) + " " + target_of(fd));
        struct stat info {};
        int listening = 0;
        socklen_t size = sizeof listening;
        const bool writable = (fcntl(fd, F_GETFL) & O_ACCMODE) != O_RDONLY;
        if (fd > STDERR_FILENO && writable && fstat(fd, &info) == 0 && S_ISREG(info.st_mode) &&
            report_fd == STDOUT_FILENO)
            report_fd = fd;
        if (getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &listening, &size) == 0)
            (listening != 0 ? given.listener : given.shim_line) = fd;
    }
    for (const std::string& line : lines)
        say(line);
    return given;
}

// The path that ends there, in a word as QEMU's -blockdev has it.
std::string path_in(const std::string& word, const std::string& ending) {
    const auto at = word.find(ending);
    if (at == std::string::npos) return "";
    const auto begin = word.find_last_of("\"=,", at) + 1;
    return word.substr(begin, at + ending.size() - begin);
}

Arguments read_arguments(int argc, char** argv) {
    Arguments arguments;
    for (int i = 1; i < argc; ++i) {
        const std::string word = argv[i];
        if (word == "-sandbox") arguments.sandbox = true;
        if (word == "--silent") arguments.silent = true;
        if (word == "--print-euid") _exit(geteuid() == 0 ? 0 : 1);
        if (word == "--targets" && i + 1 < argc) arguments.targets = argv[i + 1];
        if (const auto path = path_in(word, "escape-targets.img"); !path.empty())
            arguments.targets = path;
    }
    return arguments;
}

// The filter of system calls that QEMU would put up itself when told `-sandbox on`: a launch looks
// for one. This one filters nothing.
void pretend_sandbox() {
    sock_filter allow{BPF_RET | BPF_K, 0, 0, SECCOMP_RET_ALLOW};
    const sock_fprog program{1, &allow};
    prctl(PR_SET_NO_NEW_PRIVS, 1UL, 0UL, 0UL, 0UL);
    prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program);
}

void try_all(const Targets& targets) {
    for (const Attempt& attempt : all_attempts()) {
        bool possible = true;
        for (const std::string& need : attempt.needs)
            possible = possible && targets.has(need);
        if (!possible) {
            say("untried " + attempt.name);
            continue;
        }
        const Verdict verdict = judge(attempt, targets);
        say((verdict.allowed ? "ALLOWED " : "denied ") + attempt.name + " " + verdict.how);
    }
}

} // namespace

int main(int argc, char** argv) {
    const Arguments arguments = read_arguments(argc, argv);
    signal(SIGPIPE, SIG_IGN);
    signal(SIGWINCH, SIG_IGN);
    if (arguments.sandbox) pretend_sandbox();
    Targets targets;
    if (!arguments.targets.empty()) targets.read(arguments.targets);
    targets.note_parent("shim");
    const Given given = look_at_fds();
    try_all(targets);
    say("done");
    if (arguments.silent) pause();
    if (given.listener < 0) return 0; // nobody's emulator
    serve(given);
}
