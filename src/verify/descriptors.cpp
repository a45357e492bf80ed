// SPDX-License-Identifier: LGPL-2.1-or-later
// Every descriptor that QEMU has open must have a reason in the plan or be of a kind that gives
// access to nothing outside.
#include "src/verify/rows.h"

#include <algorithm>
#include <array>

namespace vmwarden::verifying {

namespace {

// What QEMU makes for itself. Others, such as bpf-prog, [userfaultfd], [perf_event], [pidfd] and
// [fscontext], would be a way out.
bool is_own_object(std::string_view target) {
    constexpr std::array<std::string_view, 7> kinds{
        "[eventfd]", "[eventpoll]", "[timerfd]", "[signalfd]", "[io_uring]", "inotify", "[aio]"};
    constexpr std::string_view anonymous = "anon_inode:";
    if (target.starts_with("socket:[") || target.starts_with("pipe:[")) return true;
    if (target.starts_with("/memfd:") && target.ends_with(" (deleted)")) return true;
    if (!target.starts_with(anonymous)) return false;
    target.remove_prefix(anonymous.size());
    return target.starts_with("kvm-") ||
           std::find(kinds.begin(), kinds.end(), target) != kinds.end();
}

bool is_granted_file(const LaunchPlan& plan, const OpenFd& fd) {
    return std::any_of(plan.files.begin(), plan.files.end(), [&](const plan::FileGrant& file) {
        const bool same = file.is_device ? fd.is_device && fd.is_block != file.is_character &&
                                               fd.device == file.device
                                         : !fd.is_device && fd.id == file.id;
        return same && (!fd.writable || file.sharing != plan::FileGrant::Sharing::readonly);
    });
}

// The guest makes and opens files below it as it likes.
bool is_in_shared_directory(const LaunchPlan& plan, const OpenFd& fd) {
    return std::any_of(plan.files.begin(), plan.files.end(), [&](const plan::FileGrant& file) {
        const bool below = fd.target == file.resolved || fd.target.starts_with(file.resolved + "/");
        return file.is_directory && !fd.is_device && below &&
               (!fd.writable || file.sharing != plan::FileGrant::Sharing::readonly);
    });
}

bool is_log(const LaunchPlan& plan, const OpenFd& fd) {
    const auto& fds = plan.process.fds;
    return !fd.is_device && std::any_of(fds.begin(), fds.end(), [&](const plan::InheritedFd& log) {
        return log.kind == plan::InheritedFd::Kind::log_file && log.path == fd.target;
    });
}

// It has no name, and no more of them than there are transient disks can be told apart.
bool is_overlay(const LaunchPlan& plan, const OpenFd& fd) {
    const auto& fds = plan.process.fds;
    return !fd.is_device && fd.target.ends_with(" (deleted)") &&
           std::any_of(fds.begin(), fds.end(), [&](const plan::InheritedFd& overlay) {
               return overlay.kind == plan::InheritedFd::Kind::overlay &&
                      fd.target.starts_with(overlay.path + "/");
           });
}

bool is_allowed_device(const plan::Scope& scope, const OpenFd& fd) {
    if (!fd.is_device) return false;
    if (!scope.device_filter) return !fd.is_block; // disks are in the plan all the same
    const auto permissions = permitted(scope, fd.is_block, fd.device);
    return !permissions.empty() && (!fd.writable || permissions.find('w') != std::string::npos);
}

// Standard input, whatever the policy's list says: the shim opened it.
bool is_null_input(const OpenFd& fd) {
    return fd.number <= 2 && fd.is_device && !fd.is_block && fd.device == DeviceNumber{1, 3};
}

// The emulator's own libraries, firmware and keymaps.
bool is_program_file(const OpenFd& fd) {
    return !fd.is_device && !fd.writable && fd.target.starts_with("/usr/");
}

// A device of an IOMMU group, of which the plan says how many there are; the kernel does not say
// which one this is.
bool is_host_device(const LaunchPlan& plan, const KernelView& view, const OpenFd& fd) {
    constexpr std::string_view target = "anon_inode:[vfio-device]";
    const auto so_far = std::count_if(view.fds.begin(), view.fds.end(), [&](const OpenFd& other) {
        return other.target == target && other.number <= fd.number;
    });
    return fd.target == target && static_cast<std::size_t>(so_far) <= plan.host_devices.size();
}

bool is_explained(const LaunchPlan& plan, const KernelView& view, const OpenFd& fd) {
    // The node of all tap devices is on every list; which device it was opened for is not.
    if (!fd.network.empty()) return is_network_queue(plan, view, fd);
    return is_network_queue(plan, view, fd) || is_host_device(plan, view, fd) ||
           is_own_object(fd.target) || is_granted_file(plan, fd) ||
           is_in_shared_directory(plan, fd) || is_log(plan, fd) || is_overlay(plan, fd) ||
           is_allowed_device(plan.scope, fd) || is_null_input(fd) || is_program_file(fd);
}

} // namespace

void add_descriptor_rows(Rows& rows, const LaunchPlan& plan, const KernelView& view) {
    bool all = true;
    for (const auto& fd : view.fds) {
        if (is_explained(plan, view, fd)) continue;
        all = false;
        rows.push_back({"descriptor " + std::to_string(fd.number), false, "not in the plan",
                        fd.target + (fd.writable ? ", writable" : ", read-only"),
                        "end the guest: it holds something that it was not given"});
    }
    if (view.fds.empty())
        rows.push_back({"descriptors", false, "some", "none could be seen",
                        "look at /proc/PID/fd of the guest"});
    else if (all)
        rows.push_back({"descriptors", true, "all explained by the plan",
                        std::to_string(view.fds.size()) + " open, all explained", ""});
}

} // namespace vmwarden::verifying
