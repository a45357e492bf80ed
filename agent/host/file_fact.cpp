// SPDX-License-Identifier: LGPL-2.1-or-later
#include "agent/host/file_fact.h"

#include "agent/host/files.h"
#include "agent/host/guest_access.h"
#include "agent/host/image_header.h"
#include "agent/host/path_walk.h"
#include "agent/host/selinux.h"
#include "src/base/text.h"

#include <algorithm>
#include <cerrno>
#include <fcntl.h>
#include <linux/fs.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/sysmacros.h>
#include <system_error>
#include <unistd.h>

namespace vmwarden::host {

namespace {

FileType type_of(mode_t mode) {
    switch (mode & S_IFMT) {
    case S_IFREG:
        return FileType::regular;
    case S_IFBLK:
        return FileType::block;
    case S_IFCHR:
        return FileType::character;
    case S_IFDIR:
        return FileType::directory;
    default:
        return FileType::other;
    }
}

void become_unreadable(FileFact& fact, int error, const std::string& what) {
    fact.state = FileFact::State::unreadable;
    fact.error = what + ": " + std::generic_category().message(error);
}

void note_walk(FileFact& fact, const Walk& walk) {
    fact.resolved = walk.resolved;
    for (const WalkedDirectory& directory : walk.directories)
        fact.parents.push_back({directory.path, false});
    fact.state = FileFact::State::present;
    if (walk.error == 0) return;
    // The text stays with an absent file too: a link may lead to a name nobody wrote.
    fact.state = walk.error == ENOENT ? FileFact::State::absent : FileFact::State::unreadable;
    fact.error = walk.error_text;
}

bool note_status(FileFact& fact, int file) {
    struct stat status {};
    if (::fstat(file, &status) != 0) {
        become_unreadable(fact, errno, "cannot look at the file");
        return false;
    }
    fact.type = type_of(status.st_mode);
    fact.id = {status.st_dev, status.st_ino};
    if (fact.type == FileType::block || fact.type == FileType::character)
        fact.device = {gnu_dev_major(status.st_rdev), gnu_dev_minor(status.st_rdev)};
    fact.owner = {Uid{status.st_uid}, Gid{status.st_gid}};
    fact.mode = status.st_mode & 07777U;
    if (fact.type == FileType::regular) fact.bytes = static_cast<std::uint64_t>(status.st_size);
    return true;
}

void note_label(FileFact& fact, int file) {
    if (!selinux::enabled()) return;
    try {
        fact.label = selinux::label_of(file);
        fact.can_label = selinux::fd_can_be_labelled(file);
    } catch (const std::system_error& error) {
        become_unreadable(fact, error.code().value(), "cannot read the file's SELinux label");
    }
}

const WalkedDirectory& directory_of(const Walk& walk) {
    const auto path = walk.resolved.substr(0, std::max<std::size_t>(walk.resolved.rfind('/'), 1));
    const auto found =
        std::find_if(walk.directories.begin(), walk.directories.end(),
                     [&](const WalkedDirectory& directory) { return directory.path == path; });
    return found == walk.directories.end() ? walk.directories.back() : *found;
}

// Whoever may write to a directory on the way can have made a link to anybody's file, by its text
// or (where fs.protected_hardlinks is off) as another name of it. What belongs to the one who made
// it is his to lead to.
std::string foreign_way(const Walk& walk, const FileFact& fact, int file) {
    const auto is_strangers = [&](Uid owner) {
        return owner != Uid{0} && owner != Uid{::geteuid()} && owner != fact.owner.uid;
    };
    const auto whose = [](Uid owner) { return " of uid " + std::to_string(owner.value); };
    const auto other = "a file" + whose(fact.owner.uid);
    for (const WalkedLink& link : walk.links)
        if (is_strangers(link.owner))
            return "the link " + printable(link.path) + whose(link.owner) + " leads to " + other;
    const auto status = status_of(file);
    const auto above = status_of(directory_of(walk).fd.get());
    if (status.st_nlink > 1 && S_ISREG(status.st_mode) && is_strangers(Uid{above.st_uid}))
        return "a directory" + whose(Uid{above.st_uid}) + " has another name of " + other;
    return {};
}

// access(2) says nothing of mounts without devices: there, opening a node fails for everyone.
bool is_dead_node(const FileFact& fact, int file) {
    if (fact.type != FileType::block && fact.type != FileType::character) return false;
    struct statvfs file_system {};
    return ::fstatvfs(file, &file_system) != 0 || (file_system.f_flag & ST_NODEV) != 0;
}

struct Beginning {
    std::vector<unsigned char> bytes;
    int error = 0; // errno
    std::uint64_t size = 0;
};

// Up to `length` bytes in all; fewer where the file ends.
void read_on(Beginning& read, int fd, std::size_t length) {
    std::size_t have = read.bytes.size();
    read.bytes.resize(length);
    ssize_t got = 1;
    while (have < length && got != 0) {
        got = ::pread(fd, read.bytes.data() + have, length - have, static_cast<off_t>(have));
        if (got > 0) have += static_cast<std::size_t>(got);
        if (got >= 0 || errno == EINTR) continue;
        read.error = errno;
        break;
    }
    read.bytes.resize(have);
}

// 0 where it cannot be known.
std::uint64_t size_of(int fd) {
    const auto status = status_of(fd);
    std::uint64_t bytes = 0;
    if (!S_ISBLK(status.st_mode)) return static_cast<std::uint64_t>(status.st_size);
    return ::ioctl(fd, BLKGETSIZE64, &bytes) == 0 ? bytes : 0;
}

Beginning read_beginning(int path_fd) {
    Beginning read;
    const std::string path = "/proc/self/fd/" + std::to_string(path_fd);
    const UniqueFd fd(::open(path.c_str(), O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC));
    if (!fd) {
        read.error = errno;
        return read;
    }
    read.size = size_of(fd.get());
    read_on(read, fd.get(), image_magic_bytes);
    if (read.error == 0 && begins_like_qcow2(read.bytes))
        read_on(read, fd.get(), image_header_bytes);
    return read;
}

bool has_header(const FileFact& fact) {
    return fact.type == FileType::regular || fact.type == FileType::block;
}

void note_access(FileFact& fact, const Walk& walk, const AccessCheck& allowed) {
    for (std::size_t i = 0; i < walk.directories.size(); ++i)
        fact.parents[i].searchable = allowed(walk.directories[i].fd.get(), X_OK);
    if (!walk.file || is_dead_node(fact, walk.file.get())) return;
    fact.guest_can_read = allowed(walk.file.get(), R_OK);
    fact.guest_can_write = allowed(walk.file.get(), W_OK);
    fact.guest_can_execute = allowed(walk.file.get(), X_OK);
}

void note_header(FileFact& fact, const Beginning& header, const std::string& path) {
    // An ordinary user's offline plan goes without the look: the agent that launches takes it. For
    // root a file that will not be read is a file that may name anything.
    if (header.error == EACCES && ::geteuid() != 0) return;
    if (header.error != 0)
        return become_unreadable(fact, header.error, "cannot read the file's beginning");
    fact.bytes = header.size;
    fact.image = image_fact(header.bytes, path);
}

// A file under way: what the agent has seen of it, with its descriptors, for the guest's turn.
struct Look {
    std::string path;
    Walk walk;
    FileFact fact;
    Beginning header;
};

Look look_at(const std::string& path) {
    Look look{path, walk_path(path), {}, {}};
    note_walk(look.fact, look.walk);
    if (look.walk.file && note_status(look.fact, look.walk.file.get())) {
        look.fact.error = foreign_way(look.walk, look.fact, look.walk.file.get());
        note_label(look.fact, look.walk.file.get());
        if (has_header(look.fact)) look.header = read_beginning(look.walk.file.get());
    }
    return look;
}

void look_as_guest(Look& look, const AccessCheck& allowed) {
    note_access(look.fact, look.walk, allowed);
    // On file systems that map root to nobody the guest may read what we may not.
    if (look.header.error == EACCES) look.header = read_beginning(look.walk.file.get());
}

// Each look holds a descriptor for every directory on its way.
constexpr std::size_t looks_at_once = 32;

} // namespace

std::vector<FileFact> file_facts(std::span<const std::string> paths,
                                 const std::optional<Identity>& identity) {
    std::vector<FileFact> facts;
    while (!paths.empty()) {
        const auto now = paths.first(std::min(paths.size(), looks_at_once));
        paths = paths.subspan(now.size());
        std::vector<Look> looks;
        for (const std::string& path : now)
            looks.push_back(look_at(path));
        if (identity)
            with_access_of(*identity, [&](const AccessCheck& allowed) {
                for (Look& look : looks)
                    look_as_guest(look, allowed);
            });
        for (Look& look : looks) {
            note_header(look.fact, look.header, look.path);
            facts.push_back(std::move(look.fact));
        }
    }
    return facts;
}

FileFact file_fact(const std::string& path, const std::optional<Identity>& identity) {
    return std::move(file_facts({&path, 1}, identity).front());
}

} // namespace vmwarden::host
