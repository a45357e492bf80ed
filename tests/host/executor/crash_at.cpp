// SPDX-License-Identifier: LGPL-2.1-or-later
// libcrash-at.so: preloaded into an agent, kills it (SIGKILL) just before the Nth call by which it
// would change something outside itself. N stands in /run/vmwarden/crash/at, perhaps with names of
// calls behind it, that others are not counted; without that file nothing is. The call's name is
// left in /run/vmwarden/crash/killed. A walk over all N kills the agent at every step it has, those
// that nobody has thought of among them.
//
// A launch and a take-back are all that the agent does when a case has it count.
#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstdarg>
#include <cstdlib>
#include <dlfcn.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <spawn.h>
#include <string>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

namespace {

constexpr const char* order = "/run/vmwarden/crash/at";
constexpr const char* report = "/run/vmwarden/crash/killed";

std::atomic<unsigned long> calls{0};

template <class Function>
Function next(Function, const char* name) {
    return reinterpret_cast<Function>(dlsym(RTLD_NEXT, name));
}

long kernel(long number, long a = 0, long b = 0, long c = 0, long d = 0, long e = 0, long f = 0) {
    static const auto real = next(&::syscall, "syscall");
    return real(number, a, b, c, d, e, f);
}

long address(const void* pointer) {
    return reinterpret_cast<long>(pointer);
}

struct Order {
    unsigned long at = 0;
    std::string names; // " chmod fchownat "
};

// By system calls alone: none of these is counted.
Order ordered() {
    char text[256] = {};
    const long fd = kernel(SYS_openat, AT_FDCWD, address(order), O_RDONLY | O_CLOEXEC);
    if (fd < 0) return {};
    kernel(SYS_read, fd, address(text), sizeof text - 1);
    kernel(SYS_close, fd);
    char* rest = text;
    const auto at = std::strtoul(text, &rest, 10);
    return {at, rest};
}

void die(const std::string& name) {
    const long fd =
        kernel(SYS_openat, AT_FDCWD, address(report), O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    const std::string line = std::to_string(getpid()) + " " + name;
    kernel(SYS_write, fd, address(line.data()), static_cast<long>(line.size()));
    kernel(SYS_kill, getpid(), SIGKILL);
}

void before(const char* name, const char* path = "") {
    const int error = errno;
    const auto order_now = ordered();
    const auto& names = order_now.names;
    const bool counts =
        names.empty() || names.find(" " + std::string(name) + " ") != std::string::npos;
    if (order_now.at == 0)
        calls = 0;
    else if (counts && ++calls == order_now.at)
        die(std::string(name) + " " + (path != nullptr ? path : ""));
    errno = error;
}

} // namespace

#define PASS_ON(name, parameters, arguments, path)                                                 \
    extern "C" int name parameters {                                                               \
        before(#name, path);                                                                       \
        static const auto real = next(&::name, #name);                                             \
        return real arguments;                                                                     \
    }

PASS_ON(mkdir, (const char* path, mode_t mode), (path, mode), path)
PASS_ON(mkdirat, (int at, const char* path, mode_t mode), (at, path, mode), path)
PASS_ON(renameat, (int from, const char* old, int to, const char* fresh), (from, old, to, fresh),
        fresh)
PASS_ON(unlink, (const char* path), (path), path)
PASS_ON(unlinkat, (int at, const char* path, int flags), (at, path, flags), path)
PASS_ON(symlinkat, (const char* to, int at, const char* path), (to, at, path), path)
PASS_ON(linkat, (int from, const char* old, int to, const char* path, int flags),
        (from, old, to, path, flags), path)
PASS_ON(fchownat, (int at, const char* path, uid_t uid, gid_t gid, int flags),
        (at, path, uid, gid, flags), path)
PASS_ON(fchown, (int fd, uid_t uid, gid_t gid), (fd, uid, gid), "")
PASS_ON(chmod, (const char* path, mode_t mode), (path, mode), path)
PASS_ON(fchmod, (int fd, mode_t mode), (fd, mode), "")
PASS_ON(ftruncate, (int fd, off_t size), (fd, size), "")
PASS_ON(fsync, (int fd), (fd), "")
PASS_ON(fdatasync, (int fd), (fd), "")
PASS_ON(setxattr,
        (const char* path, const char* name, const void* value, std::size_t size, int flags),
        (path, name, value, size, flags), path)
PASS_ON(fsetxattr, (int fd, const char* name, const void* value, std::size_t size, int flags),
        (fd, name, value, size, flags), "")
PASS_ON(bind, (int fd, const struct sockaddr* name, socklen_t size), (fd, name, size), "")
PASS_ON(kill, (pid_t pid, int signal), (pid, signal), "")
PASS_ON(posix_spawn,
        (pid_t * pid, const char* path, const posix_spawn_file_actions_t* actions,
         const posix_spawnattr_t* attributes, char* const argv[], char* const environment[]),
        (pid, path, actions, attributes, argv, environment), path)

extern "C" ssize_t write(int fd, const void* bytes, std::size_t size) {
    before("write");
    static const auto real = next(&::write, "write");
    return real(fd, bytes, size);
}

extern "C" ssize_t send(int fd, const void* bytes, std::size_t size, int flags) {
    before("send");
    static const auto real = next(&::send, "send");
    return real(fd, bytes, size, flags);
}

extern "C" ssize_t sendmsg(int fd, const msghdr* message, int flags) {
    before("sendmsg");
    static const auto real = next(&::sendmsg, "sendmsg");
    return real(fd, message, flags);
}

extern "C" int openat(int at, const char* path, int flags, ...) {
    va_list rest;
    va_start(rest, flags);
    const bool makes = (flags & O_CREAT) != 0 || (flags & O_TMPFILE) == O_TMPFILE;
    const long mode = makes ? va_arg(rest, mode_t) : 0;
    va_end(rest);
    if (makes) before("openat", path);
    return static_cast<int>(kernel(SYS_openat, at, address(path), flags, mode));
}

extern "C" long syscall(long number, ...) noexcept {
    va_list rest;
    va_start(rest, number);
    long words[6];
    for (long& word : words)
        word = va_arg(rest, long);
    va_end(rest);
    if (number == SYS_openat2 &&
        (reinterpret_cast<const open_how*>(words[2])->flags & O_CREAT) != 0)
        before("openat2", reinterpret_cast<const char*>(words[1]));
    if (number == SYS_pidfd_send_signal) before("pidfd_send_signal");
    return kernel(number, words[0], words[1], words[2], words[3], words[4], words[5]);
}
