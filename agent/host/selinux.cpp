// SPDX-License-Identifier: LGPL-2.1-or-later
#include "agent/host/selinux.h"

#include "agent/host/lines.h"
#include "agent/host/read_text.h"

#include <cerrno>
#include <memory>
#include <selinux/selinux.h>
#include <system_error>

namespace vmwarden::host::selinux {

namespace {

struct FreeContext {
    void operator()(char* context) const { ::freecon(context); }
};
using ContextText = std::unique_ptr<char, FreeContext>;

// A path that leads to the opened file itself, O_PATH descriptors included, where fgetxattr(2) and
// its kin refuse them.
std::string descriptor_path(int fd) {
    return "/proc/self/fd/" + std::to_string(fd);
}

[[noreturn]] void fail(int error, const std::string& what) {
    throw std::system_error(error, std::generic_category(), what);
}

std::vector<std::string> contexts_of_file(const char* path) {
    const auto text = path ? read_text(path) : std::nullopt;
    return text ? context_lines(*text) : std::vector<std::string>{};
}

} // namespace

bool enabled() {
    return ::is_selinux_enabled() == 1;
}

bool enforcing() {
    return enabled() && ::security_getenforce() == 1;
}

std::string label_of(int fd) {
    char* raw = nullptr;
    if (::getfilecon_raw(descriptor_path(fd).c_str(), &raw) < 0) {
        if (errno == ENODATA || errno == ENOTSUP) return {};
        fail(errno, "cannot read a file's SELinux label");
    }
    return ContextText(raw).get();
}

// A process with CAP_MAC_ADMIN may store any bytes as a label, which then count as unlabeled_t.
void set_label(int fd, const std::string& label) {
    if (enabled() && ::security_check_context_raw(label.c_str()) < 0)
        fail(errno, "the SELinux policy does not know the label " + label);
    if (::setfilecon_raw(descriptor_path(fd).c_str(), label.c_str()) < 0)
        fail(errno, "cannot set the SELinux label " + label);
}

bool fd_can_be_labelled(int fd) {
    if (!enabled()) return false;
    const auto info = read_text("/proc/self/fdinfo/" + std::to_string(fd));
    const auto mounts = read_text("/proc/self/mountinfo");
    if (!info || !mounts) return false;
    return mount_takes_labels(*mounts, value_of(*info, "mnt_id:"));
}

std::string process_label(pid_t pid) {
    if (!enabled()) return {};
    char* raw = nullptr;
    if (::getpidcon_raw(pid, &raw) < 0) {
        // /proc/PID is gone: say what that means.
        fail(errno == ENOENT ? ESRCH : errno, "cannot read a process' SELinux label");
    }
    return ContextText(raw).get();
}

bool knows(const std::string& context) {
    return ::security_check_context_raw(context.c_str()) == 0;
}

bool allows(const std::string& process, const std::string& object, const char* object_class,
            std::initializer_list<const char*> permissions) {
    const auto number = ::string_to_security_class(object_class);
    if (number == 0) return ::security_deny_unknown() == 0;
    access_vector_t wanted = 0;
    for (const char* permission : permissions)
        wanted |= ::string_to_av_perm(number, permission);
    av_decision decision{};
    if (::security_compute_av_raw(process.c_str(), object.c_str(), number, wanted, &decision) != 0)
        return false;
    return (decision.allowed & wanted) == wanted;
}

std::string context_after(const std::string& from, const std::string& path) {
    char* file = nullptr;
    if (::getfilecon_raw(path.c_str(), &file) < 0) return {};
    const ContextText program(file);
    char* made = nullptr;
    const auto number = ::string_to_security_class("process");
    if (::security_compute_create_raw(from.c_str(), file, number, &made) < 0) return {};
    return ContextText(made).get();
}

std::vector<std::string> virtual_domain_contexts() {
    return contexts_of_file(::selinux_virtual_domain_context_path());
}

std::vector<std::string> virtual_image_contexts() {
    return contexts_of_file(::selinux_virtual_image_context_path());
}

} // namespace vmwarden::host::selinux
