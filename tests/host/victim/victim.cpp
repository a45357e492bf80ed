// SPDX-License-Identifier: LGPL-2.1-or-later
// vmwarden-victim: stands in the emulator's place and tries what a guest must not be able to do.
//
// It takes QEMU's arguments and ignores them, but for its own, which the host cases add:
//   --open PATH     tries to open this as well (a device node, another guest's disk)
//   --regain PATH   a set-user-id copy of this program; tries to become root through it
//   --silent        never answers on the monitor
//   --print-euid    exits with 0 if it runs as root: what the copy is run with
//
// Each attempt is one line in the first regular file among its descriptors, or on standard output:
//   denied NAME ERRNO | ALLOWED NAME | fd NUMBER TARGET | done
// "done" comes last. It answers just enough QMP to be started and shut down like an emulator.
#include <array>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <dirent.h>
#include <fcntl.h>
#include <fstream>
#include <grp.h>
#include <linux/capability.h>
#include <poll.h>
#include <string>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/wait.h>
#include <unistd.h>
#include <utility>
#include <vector>

namespace {

struct Arguments {
    std::vector<std::string> open;
    std::string regain;
    bool silent = false;
};

int report_fd = STDOUT_FILENO;

void say(const std::string& line) {
    const std::string whole = line + "\n";
    if (write(report_fd, whole.data(), whole.size()) < 0) _exit(70);
}

void attempt(const std::string& name, long result) {
    const int error = errno;
    say(result < 0 ? "denied " + name + " " + strerrorname_np(error) : "ALLOWED " + name);
}

// The descriptor is not kept: one that is not in the plan would end the launch.
void attempt_open(const std::string& name, int fd) {
    attempt(name, fd);
    if (fd >= 0) close(fd);
}

// Sockets that QEMU was given: a listening one is its monitor, a connected one the shim's line.
struct Given {
    int listener = -1;
    int shim_line = -1;
};

std::string target_of(int fd) {
    std::array<char, 4096> text{};
    const ssize_t size =
        readlink(("/proc/self/fd/" + std::to_string(fd)).c_str(), text.data(), text.size());
    return size < 0 ? "?" : std::string(text.data(), static_cast<std::size_t>(size));
}

std::vector<int> open_fds() {
    std::vector<int> list;
    DIR* directory = opendir("/proc/self/fd");
    while (const dirent* entry = directory != nullptr ? readdir(directory) : nullptr)
        if (entry->d_name[0] != '.' && std::atoi(entry->d_name) != dirfd(directory))
            list.push_back(std::atoi(entry->d_name));
    if (directory != nullptr) closedir(directory);
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
        if (fstat(fd, &info) == 0 && S_ISREG(info.st_mode) && report_fd == STDOUT_FILENO)
            report_fd = fd;
        if (getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &listening, &size) == 0)
            (listening != 0 ? given.listener : given.shim_line) = fd;
    }
    for (const std::string& line : lines)
        say(line);
    return given;
}

void try_open(const std::string& path) {
    for (const auto& [name, flags] : {std::pair("read", O_RDONLY), std::pair("write", O_WRONLY)}) {
        attempt_open("open-" + std::string(name) + ":" + path,
                     open(path.c_str(), flags | O_CLOEXEC | O_NONBLOCK));
    }
}

void try_identity() {
    attempt("setuid", getuid() == 0 ? (errno = EPERM, -1) : setresuid(0, 0, 0));
    attempt("setgid", getgid() == 0 ? (errno = EPERM, -1) : setresgid(0, 0, 0));
    const gid_t group = 6;
    attempt("setgroups", setgroups(1, &group));
}

void try_capabilities() {
    __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
    __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3]{};
    data[0].effective = data[0].permitted = 1U << CAP_SYS_ADMIN;
    attempt("capset", syscall(SYS_capset, &header, data));
    attempt("ambient", prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, CAP_SYS_ADMIN, 0UL, 0UL));
    attempt("keepcaps", prctl(PR_SET_KEEPCAPS, 1UL, 0UL, 0UL, 0UL));
}

void try_nodes() {
    const std::string node = "/dev/shm/vmwarden-victim-" + std::to_string(getpid());
    const int made = mknod(node.c_str(), S_IFCHR | 0600, makedev(1, 1));
    attempt("mknod-char", made);
    if (made == 0) unlink(node.c_str());
    attempt("mount", syscall(SYS_mount, "none", "/", nullptr, 0UL, nullptr));
}

void try_other_processes() {
    for (const auto& [name, pid] : {std::pair("init", 1), std::pair("shim", getppid())}) {
        const std::string of = std::string("-") + name;
        const long seized = ptrace(PTRACE_SEIZE, pid, nullptr, nullptr);
        attempt("ptrace" + of, seized);
        attempt("kill" + of, kill(pid, SIGCONT));
        attempt_open("memory" + of,
                     open(("/proc/" + std::to_string(pid) + "/mem").c_str(), O_RDWR));
    }
}

std::string own_cgroup() {
    std::ifstream file("/proc/self/cgroup");
    for (std::string line; std::getline(file, line);)
        if (line.starts_with("0::")) return "/sys/fs/cgroup" + line.substr(3);
    return "/sys/fs/cgroup";
}

void try_cgroup() {
    const std::string own = own_cgroup();
    for (const std::string& node : {own, own + "/.."}) {
        attempt_open("cgroup-move:" + node.substr(node.size() - 2),
                     open((node + "/cgroup.procs").c_str(), O_WRONLY | O_CLOEXEC));
        const int made = mkdir((node + "/victim").c_str(), 0755);
        attempt("cgroup-mkdir:" + node.substr(node.size() - 2), made);
        if (made == 0) rmdir((node + "/victim").c_str());
    }
}

// NOT to be denied is the fork: what counts is who the copy is once it runs.
void try_regain(const std::string& copy) {
    if (copy.empty()) return;
    const pid_t pid = fork();
    if (pid == 0) {
        execl(copy.c_str(), copy.c_str(), "--print-euid", nullptr);
        _exit(1);
    }
    int status = 1;
    waitpid(pid, &status, 0);
    errno = EPERM;
    attempt("regain-root", WIFEXITED(status) && WEXITSTATUS(status) == 0 && getuid() != 0 ? 0 : -1);
}

// A line-wise parrot of QMP: says what a launch waits for and stops when told to.
class Monitor {
  public:
    explicit Monitor(int socket)
      : socket_(socket) {
        send("{\"QMP\": {\"version\": {\"qemu\": {\"micro\": 0, \"minor\": 0, \"major\": 7}, "
             "\"package\": \"\"}, \"capabilities\": []}}");
    }
    // False when the other end is gone.
    bool serve() {
        std::array<char, 4096> bytes{};
        const ssize_t size = read(socket_, bytes.data(), bytes.size());
        if (size <= 0) return false;
        pending_.append(bytes.data(), static_cast<std::size_t>(size));
        for (auto end = pending_.find('\n'); end != std::string::npos; end = pending_.find('\n')) {
            answer(pending_.substr(0, end));
            pending_.erase(0, end + 1);
        }
        return true;
    }

  private:
    void send(const std::string& text) {
        const std::string line = text + "\r\n";
        if (write(socket_, line.data(), line.size()) < 0) _exit(71);
    }
    static std::string id_of(const std::string& line) {
        const auto at = line.find("\"id\":");
        if (at == std::string::npos) return "";
        const auto digits = line.substr(at + 5);
        return ", \"id\": " + digits.substr(0, digits.find_first_not_of("0123456789 "));
    }
    void answer(const std::string& line) {
        static bool running = false;
        const auto asks = [&](const char* word) { return line.find(word) != std::string::npos; };
        if (asks("system_powerdown") || asks("\"quit\"")) _exit(0);
        if (asks("\"cont\"")) running = true;
        std::string value = "{}";
        if (asks("query-status"))
            value = running ? R"({"status": "running", "singlestep": false, "running": true})"
                            : R"({"status": "prelaunch", "singlestep": false, "running": false})";
        send("{\"return\": " + value + id_of(line) + "}");
    }

    int socket_;
    std::string pending_;
};

[[noreturn]] void serve(const Given& given) {
    std::vector<pollfd> waiting{{given.listener, POLLIN, 0}, {given.shim_line, POLLIN, 0}};
    Monitor* shim = given.shim_line >= 0 ? new Monitor(given.shim_line) : nullptr;
    Monitor* agent = nullptr;
    for (;;) {
        if (poll(waiting.data(), waiting.size(), -1) < 0) _exit(72);
        if (waiting[0].revents != 0 && agent == nullptr) {
            const int socket = accept4(given.listener, nullptr, nullptr, SOCK_CLOEXEC);
            agent = new Monitor(socket);
            waiting.push_back({socket, POLLIN, 0});
            waiting[0].fd = -1; // one at a time, as QEMU
        }
        if (waiting[1].revents != 0 && !shim->serve()) waiting[1].fd = -1;
        if (waiting.size() > 2 && waiting[2].revents != 0 && !agent->serve()) {
            close(waiting[2].fd);
            waiting.pop_back();
            delete std::exchange(agent, nullptr);
            waiting[0].fd = given.listener;
        }
    }
}

Arguments read_arguments(int argc, char** argv) {
    Arguments arguments;
    for (int i = 1; i < argc; ++i) {
        const std::string word = argv[i];
        if (word == "--silent") arguments.silent = true;
        if (word == "--print-euid") _exit(geteuid() == 0 ? 0 : 1);
        if (word == "--open" && i + 1 < argc) arguments.open.emplace_back(argv[i + 1]);
        if (word == "--regain" && i + 1 < argc) arguments.regain = argv[i + 1];
    }
    return arguments;
}

} // namespace

int main(int argc, char** argv) {
    const Arguments arguments = read_arguments(argc, argv);
    signal(SIGPIPE, SIG_IGN);
    signal(SIGWINCH, SIG_IGN);
    const Given given = look_at_fds();
    for (const std::string& path : arguments.open)
        try_open(path);
    try_open("/dev/mem");
    try_open("/dev/kmsg");
    try_identity();
    try_capabilities();
    try_nodes();
    try_other_processes();
    try_cgroup();
    try_regain(arguments.regain);
    say("done");
    if (arguments.silent) pause();
    serve(given);
}
