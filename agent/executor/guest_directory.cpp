// SPDX-License-Identifier: LGPL-2.1-or-later
#include "agent/executor/guest_directory.h"

#include "agent/executor/executor.h"
#include "agent/host/files.h"
#include "agent/host/selinux.h"

#include <cerrno>
#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <system_error>
#include <unistd.h>

namespace vmwarden::executor {
namespace {

constexpr mode_t guests_alone = 0700;
constexpr mode_t passed_through = 0711; // by guests, on the way to their own

[[noreturn]] void fail(const std::string& what) {
    throw std::system_error(errno, std::generic_category(), what);
}

std::string parent_of(const std::string& path) {
    return path.substr(0, path.rfind('/'));
}

std::string name_of(const std::string& path) {
    return path.substr(path.rfind('/') + 1);
}

UniqueFd open_beneath(int directory, const std::string& name) {
    open_how how{};
    how.flags = O_PATH | O_NOFOLLOW | O_CLOEXEC;
    how.resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS | RESOLVE_NO_XDEV;
    UniqueFd fd(static_cast<int>(syscall(SYS_openat2, directory, name.c_str(), &how, sizeof how)));
    if (!fd) fail("cannot open " + name);
    return fd;
}

void give(int fd, const plan::GuestDirectory& wanted) {
    const auto status = host::status_of(fd);
    const Owner owner{Uid{status.st_uid}, Gid{status.st_gid}};
    if (owner != wanted.owner &&
        fchownat(fd, "", wanted.owner.uid.value, wanted.owner.gid.value, AT_EMPTY_PATH) < 0)
        fail("cannot give it to the guest");
    if (wanted.label.empty()) return;
    if (!host::selinux::enabled()) {
        errno = ENOTSUP;
        fail("cannot label it where SELinux is off");
    }
    if (host::selinux::label_of(fd) != wanted.label) host::selinux::set_label(fd, wanted.label);
}

void give_file(int directory, const std::string& name, const plan::GuestDirectory& wanted) {
    const UniqueFd file = open_beneath(directory, name);
    const auto status = host::status_of(file.get());
    if (!S_ISREG(status.st_mode) || status.st_nlink != 1)
        throw LaunchError(wanted.purpose,
                          wanted.path + "/" + name + " is no plain file with one name",
                          "look at what has put it there, and remove it");
    give(file.get(), wanted);
}

void make(const plan::GuestDirectory& wanted) {
    const UniqueFd parent = host::own_directory(parent_of(wanted.path), passed_through);
    const auto name = name_of(wanted.path);
    if (mkdirat(parent.get(), name.c_str(), guests_alone) < 0 && errno != EEXIST)
        fail("cannot make it");
    const UniqueFd found = open_beneath(parent.get(), name);
    if (!S_ISDIR(host::status_of(found.get()).st_mode)) {
        errno = ENOTDIR;
        fail("cannot use it");
    }
    const UniqueFd directory(
        openat(parent.get(), name.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
    if (!directory ||
        host::id_of(host::status_of(directory.get())) != host::id_of(host::status_of(found.get())))
        fail("cannot open it");
    for (const auto& entry : host::names_in(directory.get()))
        give_file(directory.get(), entry, wanted);
    if (fchmod(directory.get(), guests_alone) < 0) fail("cannot make it the guest's alone");
    give(found.get(), wanted);
}

} // namespace

void make_guest_directories(const LaunchPlan& plan) {
    for (const plan::GuestDirectory& wanted : plan.directories) {
        try {
            make(wanted);
        } catch (const std::system_error& error) {
            throw LaunchError(wanted.purpose, wanted.path + ": " + error.what());
        }
    }
}

void remove_guest_directory(const std::string& path) {
    const UniqueFd parent(
        open(parent_of(path).c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
    if (!parent && errno == ENOENT) return;
    if (!parent) fail("cannot open " + parent_of(path));
    host::remove_directory(parent.get(), name_of(path));
}

} // namespace vmwarden::executor
