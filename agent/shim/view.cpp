// SPDX-License-Identifier: LGPL-2.1-or-later
// mount_setattr(2), open_tree(2) and move_mount(2) are Linux 5.2 and 5.12.
#include "agent/shim/view.h"

#include "src/base/unique_fd.h"
#include "src/plan/host_system.h"

#include <array>
#include <climits>
#include <cstdio>
#include <cstring>
#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <unistd.h>

namespace vmwarden::shim {
namespace {

// Where the new root is put together until it is one. It is there on every host, and what lies
// under it is taken hold of before.
constexpr const char* building_site = "/proc";

// The root holds directories and empty files to mount on, and links.
constexpr const char* root_options = "mode=0755,size=4m,nr_inodes=16k";
constexpr const char* dev_options = "mode=0755,size=64k,nr_inodes=4k";
constexpr const char* shared_options = "mode=1777";

// A detached copy of what a bind stands for, ready to be mounted; or a link to be made again.
struct Piece {
    const plan::Bind* bind = nullptr;
    UniqueFd mount;
    bool is_directory = false;
    std::string link; // where it leads; empty: no link
};

Outcome read_link(int fd, std::string& target) {
    std::array<char, PATH_MAX> buffer{};
    const ssize_t length = readlinkat(fd, "", buffer.data(), buffer.size());
    if (length >= 0) target.assign(buffer.data(), static_cast<std::size_t>(length));
    return errno_of(length);
}

std::uint64_t attributes_of(const plan::Bind& bind, bool nosuid) {
    std::uint64_t set = 0;
    if (!bind.writable) set |= MOUNT_ATTR_RDONLY;
    if (!bind.device) set |= MOUNT_ATTR_NODEV;
    if (!bind.system) set |= MOUNT_ATTR_NOEXEC;
    if (nosuid || !bind.system) set |= MOUNT_ATTR_NOSUID;
    return set;
}

// What is mounted below a directory of the system belongs to it; a directory of the guest's may
// have been given without what somebody mounts there.
Outcome copy_mount(int source, const plan::Bind& bind, bool nosuid, UniqueFd& mount) {
    // Below /sys are other file systems that are none of an emulator's business.
    const bool whole = (bind.system && bind.source != "/sys") || (bind.device && bind.writable);
    const unsigned recursive = whole ? AT_RECURSIVE : 0;
    mount = UniqueFd(
        open_tree(source, "", AT_EMPTY_PATH | OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | recursive));
    if (!mount) return errno_of(-1);
    mount_attr attributes{};
    attributes.attr_set = attributes_of(bind, nosuid);
    return errno_of(
        mount_setattr(mount.get(), "", AT_EMPTY_PATH | recursive, &attributes, sizeof attributes));
}

Outcome take_piece(const plan::Bind& bind, bool nosuid, std::vector<Piece>& pieces) {
    int fd = -1;
    const auto bad = open_source(bind, fd);
    const UniqueFd source(fd);
    if (bad.value() == ENOENT && bind.system) return done();
    if (bad) return bad;
    struct stat status {};
    if (auto failed = errno_of(fstat(source.get(), &status))) return failed;
    Piece piece{&bind, {}, S_ISDIR(status.st_mode), {}};
    if (S_ISLNK(status.st_mode)) {
        if (auto failed = read_link(source.get(), piece.link)) return failed;
    } else if (auto failed = copy_mount(source.get(), bind, nosuid, piece.mount)) {
        return failed;
    }
    pieces.push_back(std::move(piece));
    return done();
}

std::string with_label(const char* options, const std::string& label) {
    return label.empty() ? options : std::string(options) + ",context=\"" + label + "\"";
}

Outcome mount_empty(const char* where, unsigned long flags, const std::string& options) {
    return errno_of(mount("tmpfs", where, "tmpfs", flags, options.c_str()));
}

// From here on a path is one of the new root's.
Outcome change_root(bool nosuid, const std::string& label) {
    unsigned long flags = MS_NODEV;
    if (nosuid) flags |= MS_NOSUID;
    if (auto bad = mount_empty(building_site, flags, with_label(root_options, label))) return bad;
    if (auto bad = errno_of(chdir(building_site))) return bad;
    if (auto bad = errno_of(syscall(SYS_pivot_root, ".", "."))) return bad;
    if (auto bad = errno_of(umount2(".", MNT_DETACH))) return bad;
    return errno_of(chdir("/"));
}

Outcome make_directory(const std::string& path) {
    return mkdir(path.c_str(), 0755) == 0 || errno == EEXIST ? done() : errno_of(-1);
}

Outcome make_parents(const std::string& path) {
    for (auto slash = path.find('/', 1); slash != std::string::npos;
         slash = path.find('/', slash + 1))
        if (auto bad = make_directory(path.substr(0, slash))) return bad;
    return done();
}

Outcome make_file(const std::string& path) {
    const UniqueFd file(open(path.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600));
    return file || access(path.c_str(), F_OK) == 0 ? done() : errno_of(-1);
}

bool is_there(const std::string& path) {
    return faccessat(AT_FDCWD, path.c_str(), F_OK, AT_SYMLINK_NOFOLLOW) == 0;
}

Outcome put_in_place(const Piece& piece) {
    const auto& path = piece.bind->path;
    if (!is_there(path)) {
        if (auto bad = make_parents(path)) return bad;
        if (!piece.link.empty()) return errno_of(symlink(piece.link.c_str(), path.c_str()));
        if (auto bad = piece.is_directory ? make_directory(path) : make_file(path)) return bad;
    }
    if (!piece.link.empty()) return done();
    return errno_of(
        move_mount(piece.mount.get(), "", AT_FDCWD, path.c_str(), MOVE_MOUNT_F_EMPTY_PATH));
}

// A node for new terminals looks for "pts" beside itself, so that one from elsewhere would find the
// host's directory and not the mount in ours (devpts; Documentation/filesystems/devpts.rst).
Outcome make_terminals() {
    constexpr mode_t everybody = 0666;
    if (auto bad = errno_of(mknod("/dev/ptmx", S_IFCHR | everybody, makedev(5, 2)))) return bad;
    return errno_of(chmod("/dev/ptmx", everybody));
}

Outcome make_dev(const plan::Walls& walls) {
    if (auto bad = make_directory("/dev")) return bad;
    if (auto bad = mount_empty("/dev", MS_NOSUID | MS_NOEXEC, with_label(dev_options, walls.label)))
        return bad;
    for (const auto* link : {"fd", "stdin", "stdout", "stderr"}) {
        const bool all = std::strcmp(link, "fd") == 0;
        const std::string number = link[3] == 'i' ? "0" : link[3] == 'o' ? "1" : "2";
        const std::string target = all ? "/proc/self/fd" : "/proc/self/fd/" + number;
        if (auto bad = errno_of(symlink(target.c_str(), (std::string("/dev/") + link).c_str())))
            return bad;
    }
    if (auto bad = make_directory("/dev/shm")) return bad;
    return walls.terminals ? make_terminals() : done();
}

Outcome make_scratch(const std::string& label) {
    constexpr unsigned long flags = MS_NOSUID | MS_NODEV | MS_NOEXEC;
    const auto options = with_label(shared_options, label);
    if (auto bad = make_directory("/tmp")) return bad;
    if (auto bad = mount_empty("/tmp", flags, options)) return bad;
    if (auto bad = mount_empty("/dev/shm", flags, options)) return bad;
    if (auto bad = make_directory("/var")) return bad;
    return is_there("/var/tmp") ? done() : errno_of(symlink("../tmp", "/var/tmp"));
}

Outcome set_read_only(const char* path) {
    mount_attr attributes{};
    attributes.attr_set = MOUNT_ATTR_RDONLY;
    return errno_of(mount_setattr(AT_FDCWD, path, 0, &attributes, sizeof attributes));
}

// A guest that runs as root owns the files below these.
Outcome shut_proc(const char* path) {
    const UniqueFd copy(open_tree(AT_FDCWD, path, OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC));
    if (!copy) return errno == ENOENT ? done() : errno_of(-1);
    mount_attr attributes{};
    attributes.attr_set = MOUNT_ATTR_RDONLY | MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC;
    if (auto bad =
            errno_of(mount_setattr(copy.get(), "", AT_EMPTY_PATH, &attributes, sizeof attributes)))
        return bad;
    return errno_of(move_mount(copy.get(), "", AT_FDCWD, path, MOVE_MOUNT_F_EMPTY_PATH));
}

Outcome mount_proc(const UniqueFd& hosts) {
    if (auto bad = make_directory("/proc")) return bad;
    if (hosts) {
        const auto moved = move_mount(hosts.get(), "", AT_FDCWD, "/proc", MOVE_MOUNT_F_EMPTY_PATH);
        if (auto bad = errno_of(moved)) return bad;
    } else {
        constexpr unsigned long flags = MS_NOSUID | MS_NODEV | MS_NOEXEC;
        if (auto bad = errno_of(mount("proc", "/proc", "proc", flags, nullptr))) return bad;
    }
    for (const char* path : {"/proc/sys", "/proc/sysrq-trigger", "/proc/irq", "/proc/bus"})
        if (auto bad = shut_proc(path)) return told(path, bad);
    return done();
}

} // namespace

Outcome told(const std::string& path, Outcome why) {
    if (why)
        dprintf(STDERR_FILENO, "vmwarden-shim: %s: %s\n", path.c_str(),
                why.value() == EXDEV ? "is not the file that was looked at before"
                                     : std::strerror(why.value()));
    return why;
}

Outcome open_source(const plan::Bind& bind, int& fd) {
    open_how how{};
    how.flags = O_PATH | O_CLOEXEC;
    if (bind.system)
        how.flags |= O_NOFOLLOW; // a link itself; on the way to it the host's own may be links
    else
        how.resolve = RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS;
    fd = static_cast<int>(syscall(SYS_openat2, AT_FDCWD, bind.source.c_str(), &how, sizeof how));
    if (fd < 0) return errno_of(fd);
    if (bind.id == FileId{}) return done();
    struct stat status {};
    if (auto bad = errno_of(fstat(fd, &status))) return bad;
    return FileId{status.st_dev, status.st_ino} == bind.id ? done() : failed(EXDEV);
}

Outcome make_view(const plan::Walls& walls, bool own_processes, bool nosuid) {
    if (auto bad = errno_of(mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr))) return bad;
    const auto system = plan::host_system();
    std::vector<Piece> pieces;
    for (const auto& bind : system)
        if (auto bad = told(bind.source, take_piece(bind, nosuid, pieces))) return bad;
    for (const auto& bind : walls.binds)
        if (auto bad = told(bind.source, take_piece(bind, nosuid, pieces))) return bad;
    UniqueFd proc;
    if (!own_processes) {
        proc = UniqueFd(open_tree(AT_FDCWD, "/proc", OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC));
        if (!proc) return errno_of(-1);
    }
    if (auto bad = told("/", change_root(nosuid, walls.label))) return bad;
    if (auto bad = told("/dev", make_dev(walls))) return bad;
    if (auto bad = told("/tmp", make_scratch(walls.label))) return bad;
    for (const Piece& piece : pieces)
        if (auto bad = told(piece.bind->path, put_in_place(piece))) return bad;
    if (auto bad = told("/proc", mount_proc(proc))) return bad;
    if (auto bad = set_read_only("/dev")) return bad;
    return set_read_only("/");
}

} // namespace vmwarden::shim
