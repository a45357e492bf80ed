// SPDX-License-Identifier: LGPL-2.1-or-later
// Files, device nodes, and the kernel's own file systems.
#include "tests/host/escape/attempt.h"

#include <array>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

namespace vmwarden::escape {
namespace {

void add_open(Attempts& list, const std::string& name, const std::string& path, int flags) {
    list.push_back({name, {}, [=](const Targets&) { return try_open(path, flags); }});
}

void add_open_target(Attempts& list, const std::string& name, const std::string& target,
                     int flags) {
    list.push_back(
        {name, {target}, [=](const Targets& t) { return try_open(t.text(target), flags); }});
}

// Made, and unmade at once.
void add_create(Attempts& list, const std::string& name, const std::string& directory) {
    list.push_back({name, {}, [=](const Targets&) -> long {
                        const std::string path = directory + "/escape-victim";
                        const int fd = open(path.c_str(), O_CREAT | O_EXCL | O_WRONLY, 0600);
                        if (fd < 0) return -1;
                        close(fd);
                        return unlink(path.c_str());
                    }});
}

long make_node(const Targets& targets, mode_t type, dev_t device, bool open_it) {
    const std::string path = new_name(targets);
    if (mknod(path.c_str(), type | 0600, device) < 0) return -1;
    const long result = open_it ? try_open(path, O_RDONLY) : 0;
    const int error = errno;
    unlink(path.c_str());
    errno = error;
    return result;
}

void add_nodes(Attempts& list) {
    list.push_back({"mknod-char", {}, [](const Targets& t) {
                        return make_node(t, S_IFCHR, makedev(1, 1), false);
                    }});
    list.push_back({"mknod-block", {"disk-number"}, [](const Targets& t) {
                        return make_node(t, S_IFBLK, static_cast<dev_t>(t.number("disk-number")),
                                         false);
                    }});
    list.push_back({"mknod-and-open", {"disk-number"}, [](const Targets& t) {
                        return make_node(t, S_IFBLK, static_cast<dev_t>(t.number("disk-number")),
                                         true);
                    }});
}

long make_directory(const std::string& path) {
    return mkdir(path.c_str(), 0755) < 0 ? -1 : rmdir(path.c_str());
}

void add_cgroup(Attempts& list) {
    list.push_back({"cgroup-leave", {}, [](const Targets&) {
                        return try_open("/sys/fs/cgroup/cgroup.procs", O_WRONLY);
                    }});
    list.push_back({"cgroup-new", {"cgroup"}, [](const Targets& t) {
                        return make_directory(t.text("cgroup") + "/../escape-victim");
                    }});
    list.push_back({"cgroup-new-inside", {"cgroup"}, [](const Targets& t) {
                        return make_directory(t.text("cgroup") + "/escape-victim");
                    }});
    const auto add_own = [&](const std::string& name, const std::string& file,
                             const std::string& need) {
        list.push_back({name, {"cgroup", need}, [=](const Targets& t) {
                            return try_open(t.text("cgroup") + "/" + file, O_WRONLY);
                        }});
    };
    add_own("cgroup-freeze-itself", "cgroup.freeze", "cgroup");
    add_own("cgroup-raise-pids", "pids.max", "processes");
    add_own("cgroup-raise-memory", "memory.max", "memory");
}

// By the number of its inode, for which no directory on the way is asked.
long open_by_handle(const Targets& targets) {
    alignas(file_handle) std::array<char, sizeof(file_handle) + MAX_HANDLE_SZ> space{};
    auto* handle = reinterpret_cast<file_handle*>(space.data());
    handle->handle_bytes = MAX_HANDLE_SZ;
    int mount = -1;
    const std::string file = targets.text("handle-file");
    if (name_to_handle_at(AT_FDCWD, file.c_str(), handle, &mount, 0) < 0) return -1;
    const std::string directory = file.substr(0, file.rfind('/'));
    const int anchor = open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    return anchor < 0 ? -1 : open_by_handle_at(anchor, handle, O_RDONLY | O_CLOEXEC);
}

long link_to_protected(const Targets& targets) {
    const std::string path = new_name(targets);
    if (link(targets.text("protected").c_str(), path.c_str()) < 0) return -1;
    return unlink(path.c_str());
}

} // namespace

void add_files(Attempts& list) {
    add_open_target(list, "guest-disk-read", "guest-disk", O_RDONLY);
    add_open_target(list, "guest-disk-write", "guest-disk", O_WRONLY);
    add_open_target(list, "host-disk-read", "host-disk", O_RDONLY);
    add_open_target(list, "host-disk-write", "host-disk", O_WRONLY);
    add_open(list, "dev-mem", "/dev/mem", O_RDONLY);
    add_open(list, "dev-kmsg", "/dev/kmsg", O_WRONLY);
    add_open_target(list, "dev-outside-the-plan", "device", O_WRONLY);
    add_nodes(list);
    add_open(list, "etc-shadow", "/etc/shadow", O_RDONLY);
    add_create(list, "write-etc", "/etc");
    add_create(list, "write-usr", "/usr");
    add_create(list, "write-policy", "/etc/vmwarden/policy.d");
    add_create(list, "write-images", "/var/lib/vmwarden/images");
    add_open(list, "agent-state", "/run/vmwarden/guests", O_RDONLY | O_DIRECTORY);
    add_open(list, "agent-journals", "/var/lib/vmwarden/restore", O_RDONLY | O_DIRECTORY);
    add_open_target(list, "guest-state", "guest-state", O_RDONLY);
    add_open(list, "core-pattern", "/proc/sys/kernel/core_pattern", O_WRONLY);
    add_open(list, "sysrq-trigger", "/proc/sysrq-trigger", O_WRONLY);
    add_open(list, "sysfs-write", "/sys/module/kernel/parameters/panic", O_WRONLY);
    add_open(list, "kernel-memory", "/proc/kcore", O_RDONLY);
    add_cgroup(list);
    list.push_back({"open-by-handle", {"handle-file"}, open_by_handle});
    list.push_back({"hard-link", {"protected"}, link_to_protected});
}

} // namespace vmwarden::escape
