// SPDX-License-Identifier: LGPL-2.1-or-later
#include "agent/host/policy_file.h"

#include "agent/host/policy_bytes.h"
#include "src/base/scope_exit.h"
#include "src/hostpolicy/codes.h"
#include "src/hostpolicy/directories.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <system_error>
#include <vector>

namespace vmwarden::host {

namespace {

namespace code = hostpolicy::code;

const std::string own_directory(hostpolicy::admin_directory);

const char* hint_for(int error) {
    switch (error) {
    case EACCES:
    case EPERM:
        return "run as root";
    case EROFS:
        return "mount its file system for writing";
    case ENOSPC:
    case EDQUOT:
        return "make room on its file system; nothing is changed";
    case ENOENT:
        return "make it";
    case ENOTDIR:
        return "make it a directory";
    default:
        return "";
    }
}

// A PolicyFault is thrown within this file only.
[[noreturn]] void fail(const std::string& what, int error = errno) {
    throw PolicyFault{code::unreadable, what + ": " + std::generic_category().message(error),
                      hint_for(error)};
}

struct stat status_of(const UniqueFd& fd) {
    struct stat status {};
    if (::fstat(fd.get(), &status) != 0) fail("cannot be looked at");
    return status;
}

bool same_file(const struct stat& a, const struct stat& b) {
    return a.st_dev == b.st_dev && a.st_ino == b.st_ino;
}

// Where a descriptor's file is now.
std::string place_of(const UniqueFd& fd) {
    std::array<char, 4096> text{};
    const auto link = "/proc/self/fd/" + std::to_string(fd.get());
    const auto size = ::readlink(link.c_str(), text.data(), text.size());
    if (size < 0) fail("cannot be located");
    return {text.data(), static_cast<std::size_t>(size)};
}

struct Place {
    UniqueFd directory;
    std::string directory_name; // below the root
    std::string name;
};

// What the link in `own_directory` leads to, if that lies in a policy directory.
Place follow(const UniqueFd& root, const std::string& name) {
    const auto found = open_below(root.get(), own_directory + "/" + name, O_PATH);
    if (!found)
        throw PolicyFault{code::dangling_link, "is a link that leads nowhere", "mend or remove it"};
    const auto place = place_of(found);
    const auto slash = place.rfind('/');
    for (const auto name_below : hostpolicy::policy_directories) {
        const std::string directory(name_below);
        auto fd = open_below(root.get(), directory, O_RDONLY | O_DIRECTORY);
        if (fd && place_of(fd) == place.substr(0, slash))
            return {std::move(fd), directory, place.substr(slash + 1)};
    }
    throw PolicyFault{code::not_regular,
                      "is a link to " + place + ", which is not in the policy tree",
                      "replace it by a file, or edit that one"};
}

UniqueFd open_for_reading(const UniqueFd& directory, const std::string& name) {
    UniqueFd fd(::openat(directory.get(), name.c_str(),
                         O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC));
    if (!fd && errno == ENOENT) return fd;
    if (!fd) fail("cannot be read");
    if (!S_ISREG(status_of(fd).st_mode))
        throw PolicyFault{code::not_regular, "is not a file", "move it elsewhere"};
    return fd;
}

std::string read_all(const UniqueFd& fd) {
    auto bytes = read_unchanged(fd, status_of(fd));
    if (auto* fault = std::get_if<PolicyFault>(&bytes)) throw std::move(*fault);
    return std::get<std::string>(std::move(bytes));
}

void write_all(const UniqueFd& fd, std::string_view text) {
    while (!text.empty()) {
        const auto put = ::write(fd.get(), text.data(), text.size());
        if (put < 0 && errno == EINTR) continue;
        if (put < 0) fail("cannot be written");
        text.remove_prefix(static_cast<std::size_t>(put));
    }
}

// The new file is its own lock: made hidden, so that readers of the directory pass over it, held by
// one editor at a time, and gone when it becomes the file. What a crash left behind is used again.
UniqueFd lock_new_file(const UniqueFd& directory, const std::string& name) {
    for (;;) {
        UniqueFd fd(::openat(directory.get(), name.c_str(),
                             O_RDWR | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC, 0600));
        if (!fd) fail("cannot be written");
        const auto mine = status_of(fd);
        if (!S_ISREG(mine.st_mode))
            throw PolicyFault{code::not_regular, "cannot be written: " + name + " is in the way",
                              "remove that"};
        while (::flock(fd.get(), LOCK_EX) != 0)
            if (errno != EINTR) fail("cannot be locked");
        struct stat now {};
        const bool there = ::fstatat(directory.get(), name.c_str(), &now, AT_SYMLINK_NOFOLLOW) == 0;
        if (there && same_file(mine, now)) return fd;
    }
}

void copy_attribute(int from, int to, const char* name) {
    std::vector<char> value(65536);
    const auto size = ::fgetxattr(from, name, value.data(), value.size());
    const bool absent = size < 0 && (errno == ENODATA || errno == ENOTSUP);
    if (size < 0 && !absent) fail("cannot be looked at");
    // A directory's default access list gave the new file one that the old one may not have had.
    if (absent) {
        if (::fremovexattr(to, name) != 0 && errno != ENODATA && errno != ENOTSUP &&
            std::string_view(name) == "system.posix_acl_access")
            fail("cannot keep its access list");
        return;
    }
    std::vector<char> now(65536);
    const auto has = ::fgetxattr(to, name, now.data(), now.size());
    value.resize(static_cast<std::size_t>(size));
    now.resize(has < 0 ? 0 : static_cast<std::size_t>(has));
    if (has >= 0 && now == value) return;
    if (::fsetxattr(to, name, value.data(), value.size(), 0) != 0)
        fail("cannot keep its " + std::string(name));
}

void keep_attributes(const UniqueFd& old, const UniqueFd& fresh) {
    if (!old) {
        if (::fchown(fresh.get(), ::geteuid(), ::getegid()) != 0 ||
            ::fchmod(fresh.get(), 0644) != 0)
            fail("cannot be made");
        return;
    }
    const auto status = status_of(old);
    if (::fchown(fresh.get(), status.st_uid, status.st_gid) != 0) fail("cannot keep its owner");
    copy_attribute(old.get(), fresh.get(), "system.posix_acl_access");
    if (::fchmod(fresh.get(), status.st_mode & 07777U) != 0) fail("cannot keep its mode");
    copy_attribute(old.get(), fresh.get(), "security.selinux");
}

} // namespace

std::optional<EditablePolicyFile> EditablePolicyFile::find(const std::string& root,
                                                           const std::string& name,
                                                           Diagnostics& diagnostics) {
    EditablePolicyFile out;
    const auto prefix = root.ends_with('/') ? root : root + "/";
    out.path_ = out.target_ = prefix + own_directory + "/" + name;
    out.name_ = name;
    try {
        const UniqueFd root_fd(::open(prefix.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
        if (!root_fd) fail("cannot be edited, because of " + prefix);
        out.directory_ = open_below(root_fd.get(), own_directory, O_RDONLY | O_DIRECTORY);
        if (!out.directory_) fail("cannot be edited, because of its directory");
        const UniqueFd found(
            ::openat(out.directory_.get(), name.c_str(), O_PATH | O_NOFOLLOW | O_CLOEXEC));
        if (!found && errno == ENOENT) return out;
        if (!found) fail("cannot be looked at");
        if (S_ISLNK(status_of(found).st_mode)) {
            auto place = follow(root_fd, name);
            out.target_ = prefix + place.directory_name + "/" + place.name;
            out.directory_ = std::move(place.directory);
            out.name_ = std::move(place.name);
        }
        out.exists_ = static_cast<bool>(open_for_reading(out.directory_, out.name_));
        return out;
    } catch (PolicyFault& fault) {
        diagnostics.add(diagnosed(out.path_, std::move(fault)));
        return std::nullopt;
    }
}

std::optional<std::string> EditablePolicyFile::read(Diagnostics& diagnostics) const {
    try {
        const auto fd = open_for_reading(directory_, name_);
        return fd ? read_all(fd) : std::string();
    } catch (PolicyFault& fault) {
        diagnostics.add(diagnosed(path_, std::move(fault)));
        return std::nullopt;
    }
}

bool EditablePolicyFile::replace(const Edit& edit, Diagnostics& diagnostics) const {
    const auto fresh_name = "." + name_ + ".new";
    try {
        const auto fresh = lock_new_file(directory_, fresh_name);
        ScopeExit remove(
            [&] { static_cast<void>(::unlinkat(directory_.get(), fresh_name.c_str(), 0)); });
        const auto old = open_for_reading(directory_, name_);
        const auto text = edit(old ? read_all(old) : std::string());
        if (!text) return false;
        if (::ftruncate(fresh.get(), 0) != 0) fail("cannot be written");
        write_all(fresh, *text);
        keep_attributes(old, fresh);
        if (::fsync(fresh.get()) != 0) fail("cannot be written");
        if (::renameat(directory_.get(), fresh_name.c_str(), directory_.get(), name_.c_str()) != 0)
            fail("cannot be replaced");
        remove.dismiss();
        if (::fsync(directory_.get()) != 0) fail("is changed, but perhaps not after a crash");
        return true;
    } catch (PolicyFault& fault) {
        diagnostics.add(diagnosed(path_, std::move(fault)));
        return false;
    }
}

} // namespace vmwarden::host
