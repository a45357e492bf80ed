// SPDX-License-Identifier: LGPL-2.1-or-later
#include "agent/host/kernel_view.h"

#include "agent/host/cgroup.h"
#include "agent/host/device_filter.h"
#include "agent/host/device_view.h"
#include "agent/host/network.h"
#include "agent/host/pci.h"
#include "agent/host/proc_text.h"
#include "agent/host/read_text.h"
#include "agent/host/selinux.h"
#include "agent/host/threads.h"
#include "agent/host/wall_view.h"
#include "src/base/unique_fd.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <climits>
#include <dirent.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <linux/openat2.h>
#include <memory>
#include <poll.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/vfs.h>
#include <system_error>

namespace vmwarden::host {

namespace {

[[noreturn]] void fail(int error, const std::string& what) {
    // What is gone from /proc is a process that has ended.
    throw std::system_error(error == ENOENT ? ESRCH : error, std::generic_category(), what);
}

// /proc/PID, opened once: a later process of the same number is not seen through it.
UniqueFd process_directory(pid_t pid) {
    const std::string path = "/proc/" + std::to_string(pid);
    UniqueFd directory(::open(path.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
    if (!directory) fail(errno, "cannot look at process " + std::to_string(pid));
    return directory;
}

std::string process_text(const UniqueFd& process, const std::string& name) {
    auto text = read_text(name, process.get());
    if (!text) fail(errno, "cannot read a process' " + name);
    return std::move(*text);
}

// Less what its parent has, which is the shim: the agent's unit gives filters to all that it
// starts. With another parent (the shim has been killed) all count.
std::optional<unsigned> own_filters(const ProcessStatus& status) {
    const auto text = read_text("/proc/" + std::to_string(status.parent) + "/status");
    const auto parent = text ? parse_status(*text) : std::nullopt;
    if (!status.seccomp_filters || !parent || !parent->seccomp_filters)
        return status.seccomp_filters;
    const auto all = *status.seccomp_filters, inherited = *parent->seccomp_filters;
    return all >= inherited ? all - inherited : 0;
}

void note_status(KernelView& view, const UniqueFd& process) {
    const auto status = parse_status(process_text(process, "status"));
    if (!status) throw std::runtime_error("/proc/PID/status is not as this program knows it");
    view.uids = status->uids;
    view.gids = status->gids;
    view.groups = status->groups;
    view.capabilities = status->capabilities;
    view.no_new_privs = status->no_new_privs;
    view.seccomp_mode = status->seccomp_mode;
    view.seccomp_filters = own_filters(*status);
}

// The directory of a node of the unified hierarchy, which is mounted one deeper on hybrid hosts.
UniqueFd cgroup_directory(const std::string& node) {
    for (const std::string mount : {"/sys/fs/cgroup", "/sys/fs/cgroup/unified"}) {
        UniqueFd directory(
            ::open((mount + node).c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
        struct statfs file_system {};
        if (directory && ::fstatfs(directory.get(), &file_system) == 0 &&
            file_system.f_type == CGROUP2_SUPER_MAGIC)
            return directory;
    }
    return {};
}

LimitView limit_view(const UniqueFd& scope, const char* file, bool offered) {
    const auto text = read_text(file, scope.get());
    return {offered, text ? cgroup_limit(*text) : std::nullopt};
}

// The node without a name is the top of what this host was given.
void note_limits(KernelView& view, const UniqueFd& scope) {
    const UniqueFd top = cgroup_directory("");
    const auto controllers = read_text("cgroup.controllers", top.get()).value_or("");
    view.tasks = limit_view(scope, "pids.max", lists_controller(controllers, "pids"));
    view.memory = limit_view(scope, "memory.max", lists_controller(controllers, "memory"));
}

// What the plan's share of the host is read back from; a file that is not there is not noted.
void note_tuning(KernelView& view, const UniqueFd& scope) {
    const UniqueFd top = cgroup_directory("");
    const auto controllers = read_text("cgroup.controllers", top.get()).value_or("");
    for (const char* controller : {"cpu", "memory", "io", "cpuset"})
        if (lists_controller(controllers, controller)) view.controllers.emplace_back(controller);
    for (const char* file :
         {"cpu.weight", "cpu.max", "memory.high", "memory.low", "memory.swap.max", "io.weight",
          "io.max", "cpuset.cpus", "cpuset.mems"})
        if (auto text = read_text(file, scope.get())) view.scope_files[file] = std::move(*text);
}

void note_node(KernelView& view, const UniqueFd& process) {
    const auto cgroup = unified_cgroup(process_text(process, "cgroup"));
    if (!cgroup) return;
    view.cgroup = *cgroup;
    view.scope_cgroup = parent_cgroup(*cgroup);
}

void note_cgroup(KernelView& view, const UniqueFd& process, bool tuned) {
    note_node(view, process);
    if (view.cgroup.empty()) return;
    const UniqueFd scope = cgroup_directory(view.scope_cgroup);
    if (!scope) return;
    view.device_filter = device_filter_attached(scope.get());
    note_limits(view, scope);
    if (tuned) note_tuning(view, scope);
    const UniqueFd own = cgroup_directory(view.cgroup);
    if (own && view.device_filter.value_or(false)) view.devices = device_answers(own.get());
}

std::string link_target(int fd) {
    std::array<char, PATH_MAX> buffer{};
    const std::string link = "/proc/self/fd/" + std::to_string(fd);
    const ssize_t length = ::readlink(link.c_str(), buffer.data(), buffer.size());
    if (length < 0) fail(errno, "cannot read where a descriptor leads");
    return {buffer.data(), static_cast<std::size_t>(length)};
}

void note_file_of(OpenFd& entry, int fd) {
    struct stat status {};
    if (::fstat(fd, &status) != 0) fail(errno, "cannot look at a process' descriptor");
    entry.id = {status.st_dev, status.st_ino};
    entry.is_block = S_ISBLK(status.st_mode);
    entry.is_device = entry.is_block || S_ISCHR(status.st_mode);
    if (entry.is_device)
        entry.device = {gnu_dev_major(status.st_rdev), gnu_dev_minor(status.st_rdev)};
}

// None for a descriptor that was closed while we looked. The link in /proc leads to the open file
// itself; O_PATH takes hold of that without its driver, pipe or peer noticing.
std::optional<OpenFd> open_fd(const UniqueFd& process, const std::string& number) {
    const UniqueFd file(::openat(process.get(), ("fd/" + number).c_str(), O_PATH | O_CLOEXEC));
    if (!file && errno == ENOENT) return std::nullopt;
    if (!file) fail(errno, "cannot look at descriptor " + number + " of a process");
    const auto info = read_text("fdinfo/" + number, process.get());
    if (!info && errno == ENOENT) return std::nullopt;
    if (!info) fail(errno, "cannot read the flags of a process' descriptor");
    OpenFd entry;
    std::from_chars(number.data(), number.data() + number.size(), entry.number);
    entry.target = link_target(file.get());
    entry.writable = fdinfo_writable(*info).value_or(true);
    entry.network = fdinfo_network(*info);
    note_file_of(entry, file.get());
    return entry;
}

struct CloseDirectory {
    void operator()(DIR* directory) const { ::closedir(directory); }
};

std::vector<std::string> fd_numbers(const UniqueFd& process) {
    UniqueFd fd(::openat(process.get(), "fd", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!fd) fail(errno, "cannot list a process' descriptors");
    const std::unique_ptr<DIR, CloseDirectory> directory(::fdopendir(fd.get()));
    if (!directory) fail(errno, "cannot list a process' descriptors");
    (void)fd.release(); // the stream owns it now
    std::vector<std::string> numbers;
    errno = 0;
    while (const dirent* entry = ::readdir(directory.get()))
        if (entry->d_name[0] != '.') numbers.emplace_back(entry->d_name);
    if (errno != 0) fail(errno, "cannot list a process' descriptors");
    return numbers;
}

void note_fds(KernelView& view, const UniqueFd& process) {
    for (const std::string& number : fd_numbers(process))
        if (auto entry = open_fd(process, number)) view.fds.push_back(std::move(*entry));
    std::sort(view.fds.begin(), view.fds.end(),
              [](const OpenFd& a, const OpenFd& b) { return a.number < b.number; });
}

// The file that stands under the plan's resolved name now; a link in its place is another file.
UniqueFd file_in_place(const std::string& path) {
    open_how how{};
    how.flags = O_PATH | O_CLOEXEC; // with O_NOFOLLOW, a final link would be opened itself
    how.resolve = RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS;
    return UniqueFd(
        static_cast<int>(::syscall(SYS_openat2, AT_FDCWD, path.c_str(), &how, sizeof how)));
}

FileView file_view(const plan::FileGrant& grant) {
    FileView view;
    view.path = grant.path;
    const UniqueFd file = file_in_place(grant.resolved);
    struct stat status {};
    if (!file || ::fstat(file.get(), &status) != 0) return view;
    view.id = {status.st_dev, status.st_ino};
    view.owner = {Uid{status.st_uid}, Gid{status.st_gid}};
    try {
        if (selinux::enabled()) view.label = selinux::label_of(file.get());
        view.readable = true;
    } catch (const std::system_error&) {
        // Not readable then: a label that cannot be seen is not taken for none.
    }
    return view;
}

std::vector<std::string> words_of(const std::string& command_line) {
    std::vector<std::string> words;
    for (std::size_t from = 0, end = 0; from < command_line.size(); from = end + 1) {
        end = std::min(command_line.find('\0', from), command_line.size());
        words.push_back(command_line.substr(from, end - from));
    }
    return words;
}

std::string program_of(const UniqueFd& process) {
    std::array<char, PATH_MAX> buffer{};
    const ssize_t length = ::readlinkat(process.get(), "exe", buffer.data(), buffer.size());
    if (length < 0) fail(errno, "cannot read a process' program");
    return {buffer.data(), static_cast<std::size_t>(length)};
}

CompanionView companion_view(pid_t pid) {
    const UniqueFd process = process_directory(pid);
    const auto status = parse_status(process_text(process, "status"));
    if (!status) throw std::runtime_error("/proc/PID/status is not as this program knows it");
    CompanionView view;
    view.pid = pid;
    view.executable = program_of(process);
    view.argv = words_of(process_text(process, "cmdline"));
    view.uids = status->uids;
    view.gids = status->gids;
    view.groups = status->groups;
    view.capabilities = status->capabilities;
    view.no_new_privs = status->no_new_privs;
    view.seccomp_mode = status->seccomp_mode;
    view.seccomp_filters = own_filters(*status);
    view.namespaces = namespaces_view(process);
    if (selinux::enabled()) view.label = attribute_label(process_text(process, "attr/current"));
    return view;
}

// Of the guest's own node: a QEMU that is elsewhere has the wrong group, whoever else is there. A
// process that ends while it is looked at is not there.
void note_companions(KernelView& view, pid_t qemu, const std::string& unit) {
    if (unit.empty() || !view.scope_cgroup.ends_with("/" + unit)) return;
    const UniqueFd own = cgroup_directory(view.cgroup);
    if (!own) return;
    for (const pid_t pid : cgroup::processes(own.get())) {
        if (pid == qemu) continue;
        try {
            view.companions.push_back(companion_view(pid));
        } catch (const std::system_error& error) {
            if (error.code().value() != ESRCH) throw;
        }
    }
}

// A pidfd polls readable once its process has ended, and its fdinfo tells whose it is.
void require_alive(pid_t pid, int pidfd) {
    const auto info = read_text("/proc/self/fdinfo/" + std::to_string(pidfd));
    pollfd ended{pidfd, POLLIN, 0};
    if (!info || fdinfo_pid(*info) != pid || ::poll(&ended, 1, 0) != 0)
        fail(ESRCH, "process " + std::to_string(pid));
}

} // namespace

KernelView read_limits(pid_t pid, int pidfd) {
    KernelView view;
    const UniqueFd process = process_directory(pid);
    note_node(view, process);
    const UniqueFd scope = cgroup_directory(view.scope_cgroup);
    if (scope) note_limits(view, scope);
    require_alive(pid, pidfd);
    return view;
}

KernelView read_kernel_view(pid_t pid, int pidfd, const LaunchPlan& plan) {
    KernelView view;
    const UniqueFd process = process_directory(pid);
    note_status(view, process);
    note_walls(view, process);
    if (selinux::enabled())
        view.process_label = attribute_label(process_text(process, "attr/current"));
    note_cgroup(view, process, plan.scope.tuning.has_value());
    if (plan.scope.tuning && !plan.scope.tuning->threads.empty()) view.threads = thread_views(pid);
    note_fds(view, process);
    note_companions(view, pid, plan.scope.unit);
    for (const plan::FileGrant& grant : plan.files)
        view.files.push_back(file_view(grant));
    for (const plan::NetworkDevice& device : plan.networks)
        view.networks.push_back(network::view(device.name));
    for (const plan::HostDevice& device : plan.host_devices)
        view.host_devices.push_back(
            vfio_view(device.kind == plan::HostDevice::Kind::pci, device.address));
    // Last: what has outlived the reading was there, under this number, all along.
    require_alive(pid, pidfd);
    return view;
}

} // namespace vmwarden::host
