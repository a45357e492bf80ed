// SPDX-License-Identifier: LGPL-2.1-or-later
#include "agent/host/files.h"

#include <cerrno>
#include <dirent.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <memory>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/xattr.h>
#include <system_error>

namespace vmwarden::host {
namespace {

[[noreturn]] void fail(int error, const std::string& what) {
    throw std::system_error(error, std::generic_category(), what);
}

// Not O_NOFOLLOW: with O_PATH that would open a link in the last place itself.
UniqueFd open_without_links(int directory, const std::string& path, std::uint64_t flags,
                            mode_t mode = 0) {
    open_how how{};
    how.flags = flags | O_CLOEXEC;
    how.mode = mode;
    how.resolve = RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS;
    return UniqueFd(
        static_cast<int>(syscall(SYS_openat2, directory, path.c_str(), &how, sizeof how)));
}

void write_all(int fd, std::string_view bytes) {
    while (!bytes.empty()) {
        const ssize_t written = write(fd, bytes.data(), bytes.size());
        if (written < 0) fail(errno, "cannot write a file");
        bytes.remove_prefix(static_cast<std::size_t>(written));
    }
}

struct CloseDirectory {
    void operator()(DIR* directory) const { closedir(directory); }
};

std::string parent_of(const std::string& path) {
    const auto slash = path.rfind('/');
    return slash == 0 ? "/" : path.substr(0, slash);
}

void refuse_strange_log(const struct stat& status, const std::string& path, Uid guest) {
    if (!S_ISREG(status.st_mode)) fail(EINVAL, path + " is not a regular file");
    if (status.st_nlink != 1) fail(EMLINK, path + " has another name elsewhere");
    const bool known =
        status.st_uid == 0 || status.st_uid == geteuid() || status.st_uid == guest.value;
    if (!known) fail(EPERM, path + " belongs to uid " + std::to_string(status.st_uid));
}

} // namespace

UniqueFd open_in_place(const std::string& path) {
    UniqueFd fd = open_without_links(AT_FDCWD, path, O_PATH);
    if (!fd) fail(errno, "cannot open " + path);
    return fd;
}

struct stat status_of(int fd) {
    struct stat status {};
    if (fstat(fd, &status) < 0) fail(errno, "cannot look at a file");
    return status;
}

FileId id_of(const struct stat& status) {
    return {status.st_dev, status.st_ino};
}

DeviceNumber device_of(const struct stat& status) {
    return {gnu_dev_major(status.st_rdev), gnu_dev_minor(status.st_rdev)};
}

bool has_file_capabilities(int fd) {
    // fgetxattr(2) takes no O_PATH descriptor; the link in /proc leads to the file itself.
    const auto link = "/proc/self/fd/" + std::to_string(fd);
    return getxattr(link.c_str(), "security.capability", nullptr, 0) > 0;
}

UniqueFd own_directory(const std::string& path, mode_t mode) {
    UniqueFd fd(open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (fd) return fd;
    if (errno != ENOENT || path == "/") fail(errno, "cannot open " + path);
    own_directory(parent_of(path), 0755);
    if (mkdir(path.c_str(), mode) < 0 && errno != EEXIST) fail(errno, "cannot make " + path);
    fd = UniqueFd(open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!fd) fail(errno, "cannot open " + path);
    return fd;
}

UniqueFd fresh_directory(int parent, const std::string& name, mode_t mode) {
    if (mkdirat(parent, name.c_str(), mode) < 0) fail(errno, "cannot make the directory " + name);
    UniqueFd fd(openat(parent, name.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
    if (!fd) fail(errno, "cannot open the directory " + name);
    return fd;
}

void write_file(int directory, const std::string& name, std::string_view bytes, bool durable) {
    const std::string fresh = "." + name + ".new";
    const UniqueFd fd(openat(directory, fresh.c_str(),
                             O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0600));
    if (!fd) fail(errno, "cannot make the file " + name);
    write_all(fd.get(), bytes);
    if (durable && fdatasync(fd.get()) < 0) fail(errno, "cannot write the file " + name);
    if (renameat(directory, fresh.c_str(), directory, name.c_str()) < 0)
        fail(errno, "cannot place the file " + name);
    if (durable && fsync(directory) < 0) fail(errno, "cannot place the file " + name);
}

std::vector<std::string> names_in(int directory) {
    UniqueFd fd(openat(directory, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!fd) fail(errno, "cannot list a directory");
    const std::unique_ptr<DIR, CloseDirectory> stream(fdopendir(fd.get()));
    if (!stream) fail(errno, "cannot list a directory");
    (void)fd.release(); // the stream owns it now
    std::vector<std::string> names;
    while (const dirent* entry = readdir(stream.get())) {
        const std::string name = entry->d_name;
        if (name != "." && name != "..") names.push_back(name);
    }
    return names;
}

bool remove_directory(int parent, const std::string& name) {
    const UniqueFd fd(
        openat(parent, name.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
    if (!fd && errno == ENOENT) return false;
    if (!fd) fail(errno, "cannot open the directory " + name);
    for (const std::string& entry : names_in(fd.get()))
        if (unlinkat(fd.get(), entry.c_str(), 0) < 0 && errno != ENOENT)
            fail(errno, "cannot remove " + name + "/" + entry);
    if (unlinkat(parent, name.c_str(), AT_REMOVEDIR) < 0 && errno != ENOENT)
        fail(errno, "cannot remove the directory " + name);
    return true;
}

UniqueFd open_log(const std::string& path, bool truncate, Uid guest) {
    const UniqueFd directory = open_without_links(AT_FDCWD, parent_of(path), O_PATH | O_DIRECTORY);
    if (!directory) fail(errno, "cannot open " + parent_of(path));
    // O_NONBLOCK: a FIFO in its place must not hold the launch up.
    UniqueFd file = open_without_links(directory.get(), path.substr(path.rfind('/') + 1),
                                       O_WRONLY | O_APPEND | O_CREAT | O_NONBLOCK, 0600);
    if (!file) fail(errno, "cannot open " + path);
    refuse_strange_log(status_of(file.get()), path, guest);
    if (truncate && ftruncate(file.get(), 0) < 0) fail(errno, "cannot empty " + path);
    if (fcntl(file.get(), F_SETFL, O_APPEND) < 0) fail(errno, "cannot open " + path);
    return file;
}

} // namespace vmwarden::host
