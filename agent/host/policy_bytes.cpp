// SPDX-License-Identifier: LGPL-2.1-or-later
#include "agent/host/policy_bytes.h"

#include "src/base/units.h"
#include "src/hostpolicy/codes.h"
#include "src/hostpolicy/read_policy.h"

#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdint>
#include <system_error>

namespace vmwarden::host {

namespace {

namespace code = hostpolicy::code;

std::string hint_for(int error) {
    switch (error) {
    case EACCES:
    case EPERM:
        return "make it readable, or run as root";
    case ENOENT:
    case ENOTDIR:
        return "mend the path";
    case EISDIR:
    case ENXIO:
        return "name a file";
    case EIO:
        return "the kernel's log says what is wrong with the disk";
    default:
        return {};
    }
}

// Not its ctime: that changes when another file takes its name, and this one is still whole.
bool same_contents(const struct stat& a, const struct stat& b) {
    return a.st_size == b.st_size && a.st_mtim.tv_sec == b.st_mtim.tv_sec &&
           a.st_mtim.tv_nsec == b.st_mtim.tv_nsec;
}

} // namespace

UniqueFd open_below(int root, const std::string& path, int flags) {
    open_how how{};
    how.flags = static_cast<std::uint64_t>(flags | O_CLOEXEC);
    how.resolve = RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS;
    return UniqueFd(static_cast<int>(syscall(SYS_openat2, root, path.c_str(), &how, sizeof how)));
}

PolicyFault unreadable(int error) {
    return {code::unreadable, "cannot be read: " + std::generic_category().message(error),
            hint_for(error)};
}

Diagnostic diagnosed(const std::string& path, PolicyFault fault) {
    return {Severity::error,       {path}, std::move(fault.message),
            std::move(fault.hint), 1,      std::string(fault.code)};
}

PolicyBytes read_policy_bytes(const UniqueFd& fd) {
    std::string text;
    std::array<char, 65536> buffer;
    for (;;) {
        const auto got = ::read(fd.get(), buffer.data(), buffer.size());
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) return unreadable(errno);
        if (got == 0) return text;
        text.append(buffer.data(), static_cast<std::size_t>(got));
        if (text.size() > max_policy_bytes)
            return PolicyFault{code::too_large, "larger than " + size_text({max_policy_bytes}),
                               "split it into several files"};
    }
}

PolicyBytes read_unchanged(const UniqueFd& fd, const struct stat& before) {
    auto bytes = read_policy_bytes(fd);
    struct stat after {};
    if (::fstat(fd.get(), &after) != 0) return unreadable(errno);
    if (same_contents(before, after)) return bytes;
    return PolicyFault{code::changed, "was changed while it was read",
                       "try again when it is written; write policy to a new file and rename it"};
}

} // namespace vmwarden::host
