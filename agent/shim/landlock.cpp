// SPDX-License-Identifier: LGPL-2.1-or-later
// Rights and structures of <linux/landlock.h> up to version 6 of the interface; the header of the
// machine that this is built on may be older than the kernel that it runs on.
#include "agent/shim/landlock.h"

#include "agent/shim/view.h"
#include "src/base/unique_fd.h"
#include "src/plan/host_system.h"

#include <array>
#include <cstdint>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace vmwarden::shim {
namespace {

using Rights = std::uint64_t;

constexpr Rights execute = 1U << 0;
constexpr Rights write_file = 1U << 1;
constexpr Rights read_file = 1U << 2;
constexpr Rights read_dir = 1U << 3;
constexpr Rights all_of_version_1 = (1U << 13) - 1;
constexpr Rights refer = 1U << 13;
constexpr Rights truncate_file = 1U << 14;
constexpr Rights ioctl_dev = 1U << 15;
constexpr Rights tcp = 0b11;    // bind, connect
constexpr Rights scopes = 0b11; // abstract sockets, signals

struct Ruleset {
    Rights files = 0;
    Rights network = 0;
    Rights scoped = 0;
};

struct __attribute__((packed)) PathRule {
    Rights allowed = 0;
    std::int32_t parent = -1;
};

constexpr unsigned create_version = 1;
constexpr unsigned path_beneath = 1;

int version_of_kernel() {
    const long version = syscall(SYS_landlock_create_ruleset, nullptr, 0, create_version);
    return version < 0 ? 0 : static_cast<int>(version);
}

Ruleset ruleset_for(int version, const plan::Walls& walls) {
    Ruleset set{all_of_version_1};
    if (version >= 2) set.files |= refer;
    if (version >= 3) set.files |= truncate_file;
    if (version >= 5) set.files |= ioctl_dev;
    if (version >= 4 && walls.network_namespace) set.network = tcp;
    if (version >= 6) set.scoped = scopes;
    return set;
}

// An older kernel takes the structure as far as it knows it.
std::size_t size_for(int version) {
    return version >= 6 ? 3 * sizeof(Rights) : version >= 4 ? 2 * sizeof(Rights) : sizeof(Rights);
}

class Rules {
  public:
    Rules(int ruleset, Rights handled)
      : ruleset_(ruleset)
      , handled_(handled) {}

    Outcome allow(int file, Rights rights) const {
        struct stat status {};
        if (auto bad = errno_of(fstat(file, &status))) return bad;
        constexpr Rights of_files = execute | write_file | read_file | truncate_file | ioctl_dev;
        if (!S_ISDIR(status.st_mode)) rights &= of_files;
        const PathRule rule{rights & handled_, file};
        return errno_of(syscall(SYS_landlock_add_rule, ruleset_, path_beneath, &rule, 0));
    }
    // One that is not there needs no leave.
    Outcome allow(const char* path, Rights rights) const {
        const UniqueFd file(open(path, O_PATH | O_CLOEXEC));
        return file ? allow(file.get(), rights) : errno == ENOENT ? done() : errno_of(-1);
    }

  private:
    int ruleset_;
    Rights handled_;
};

Rights rights_of(const plan::Bind& bind) {
    Rights rights = read_file | read_dir;
    if (bind.system) rights |= execute;
    if (bind.writable) rights |= all_of_version_1 & ~execute;
    if (bind.writable) rights |= truncate_file;
    if (bind.device) rights |= ioctl_dev;
    return rights;
}

// In a root of its own the plan's files stand where QEMU finds them; elsewhere where they were.
Outcome allow_bind(const Rules& rules, const plan::Bind& bind, bool own_root) {
    if (own_root) return told(bind.path, rules.allow(bind.path.c_str(), rights_of(bind)));
    if (bind.system) return told(bind.path, rules.allow(bind.source.c_str(), rights_of(bind)));
    int fd = -1;
    const auto bad = open_source(bind, fd);
    const UniqueFd source(fd);
    return told(bind.source, bad ? bad : rules.allow(source.get(), rights_of(bind)));
}

Outcome allow_scratch(const Rules& rules, const plan::Walls& walls) {
    constexpr Rights write = all_of_version_1 & ~execute;
    if (auto bad = rules.allow("/proc", read_file | read_dir)) return bad;
    if (walls.mount_namespace) {
        if (auto bad = rules.allow("/dev", read_dir)) return bad;
        for (const char* path : {"/tmp", "/dev/shm"})
            if (auto bad = rules.allow(path, write | truncate_file)) return bad;
    }
    constexpr Rights terminal = read_file | write_file | ioctl_dev;
    return walls.terminals ? rules.allow("/dev/ptmx", terminal) : done();
}

} // namespace

Outcome restrict_files(const plan::Walls& walls) {
    const int version = version_of_kernel();
    if (version == 0) return done();
    const Ruleset set = ruleset_for(version, walls);
    const UniqueFd ruleset(
        static_cast<int>(syscall(SYS_landlock_create_ruleset, &set, size_for(version), 0U)));
    if (!ruleset) return errno_of(-1);
    const Rules rules(ruleset.get(), set.files);
    for (const auto& bind : plan::host_system())
        if (auto bad = allow_bind(rules, bind, walls.mount_namespace)) return bad;
    for (const auto& bind : walls.binds)
        if (auto bad = allow_bind(rules, bind, walls.mount_namespace)) return bad;
    if (auto bad = allow_scratch(rules, walls)) return bad;
    return errno_of(syscall(SYS_landlock_restrict_self, ruleset.get(), 0U));
}

} // namespace vmwarden::shim
