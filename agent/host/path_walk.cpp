// SPDX-License-Identifier: LGPL-2.1-or-later
#include "agent/host/path_walk.h"

#include "agent/host/lines.h"
#include "src/base/text.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <climits>
#include <fcntl.h>
#include <linux/magic.h>
#include <optional>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <system_error>

namespace vmwarden::host {

namespace {

constexpr unsigned max_links = 40; // MAXSYMLINKS of the kernel
constexpr std::size_t max_directories = 256;

std::optional<Uid> owner_of_link(int fd) {
    struct stat status {};
    if (::fstat(fd, &status) != 0 || !S_ISLNK(status.st_mode)) return std::nullopt;
    return Uid{status.st_uid};
}

bool is_in_proc(int fd) {
    struct statfs file_system {};
    return ::fstatfs(fd, &file_system) == 0 && file_system.f_type == PROC_SUPER_MAGIC;
}

// None with errno set.
std::optional<std::string> link_text(int fd) {
    std::array<char, PATH_MAX> buffer{};
    const ssize_t length = ::readlinkat(fd, "", buffer.data(), buffer.size());
    if (length < 0) return std::nullopt;
    return std::string(buffer.data(), static_cast<std::size_t>(length));
}

class Walker {
  public:
    Walk walk(const std::string& path) {
        if (check(path) && enter("/", UniqueFd(::open("/", directory_flags)))) {
            expect(path);
            while (!pending_.empty() && walk_.error == 0)
                step();
            if (walk_.error == 0) finish();
        }
        return std::move(walk_);
    }

  private:
    static constexpr int file_flags = O_PATH | O_NOFOLLOW | O_CLOEXEC;
    static constexpr int directory_flags = file_flags | O_DIRECTORY;

    Walk walk_;
    std::vector<std::size_t> position_; // from "/" to where we stand: indices of walk_.directories
    std::vector<std::string> pending_;  // names still to be walked, the next one last

    bool fail(int error, const std::string& what) {
        walk_.error = error;
        walk_.error_text = printable(what) + ": " + std::generic_category().message(error);
        return false;
    }

    bool check(const std::string& path) {
        walk_.resolved = path;
        if (!path.starts_with('/')) return fail(EINVAL, "not an absolute path");
        if (path.find('\0') != std::string::npos) return fail(EINVAL, "NUL within the path");
        if (path.size() >= PATH_MAX) return fail(ENAMETOOLONG, "cannot look at the path");
        return true;
    }

    [[nodiscard]] const WalkedDirectory& here() const {
        return walk_.directories[position_.back()];
    }

    [[nodiscard]] std::string path_of(const std::string& name) const {
        const std::string& directory = here().path;
        return directory == "/" ? directory + name : directory + "/" + name;
    }

    // Puts a path's names before those still pending. A final slash leaves an empty name, which
    // asks for a directory as the kernel does.
    void expect(const std::string& path) {
        std::vector<std::string> names;
        for_each_piece(path, '/', [&](std::string_view name) {
            if (!name.empty()) names.emplace_back(name);
        });
        if (path.ends_with('/')) names.emplace_back();
        pending_.insert(pending_.end(), names.rbegin(), names.rend());
    }

    bool enter(std::string path, UniqueFd fd) {
        auto& passed = walk_.directories;
        if (!fd) return fail(errno, "cannot look at " + path);
        const auto known = std::find_if(passed.begin(), passed.end(),
                                        [&](const auto& entry) { return entry.path == path; });
        position_.push_back(static_cast<std::size_t>(known - passed.begin()));
        if (known != passed.end()) {
            known->fd = std::move(fd);
            return true;
        }
        if (passed.size() == max_directories)
            return fail(ENAMETOOLONG, "the path leads through too many directories");
        passed.push_back({std::move(path), std::move(fd)});
        return true;
    }

    bool step() {
        const std::string name = std::move(pending_.back());
        pending_.pop_back();
        if (name.empty() || name == ".") return true;
        if (name == "..") {
            if (position_.size() > 1) position_.pop_back();
            return true;
        }
        return walk_to(name);
    }

    // Asking for a directory first lets a file system that is mounted on demand be mounted.
    bool walk_to(const std::string& name) {
        const std::string path = path_of(name);
        UniqueFd fd(::openat(here().fd.get(), name.c_str(), directory_flags));
        if (fd && !pending_.empty()) return enter(path, std::move(fd));
        if (!fd && errno == ENOTDIR) {
            fd = UniqueFd(::openat(here().fd.get(), name.c_str(), file_flags));
            const auto owner = fd ? owner_of_link(fd.get()) : std::nullopt;
            if (owner) return follow(path, fd.get(), *owner);
            if (fd && !pending_.empty()) return stop(path, ENOTDIR);
        }
        if (!fd) return stop(path, errno);
        walk_.resolved = path;
        walk_.file = std::move(fd);
        return true;
    }

    bool stop(const std::string& path, int error) {
        walk_.resolved = path;
        if (error == EACCES) return fail(error, "cannot search " + here().path);
        return fail(error, "cannot look at " + path);
    }

    bool follow(const std::string& path, int link, Uid owner) {
        walk_.resolved = path;
        walk_.links.push_back({path, owner});
        if (walk_.links.size() > max_links) return fail(ELOOP, "cannot follow " + path);
        if (is_in_proc(link)) return fail(ELOOP, "cannot tell where " + path + " leads");
        const auto text = link_text(link);
        if (!text) return fail(errno, "cannot read the link " + path);
        if (text->starts_with('/')) position_.resize(1);
        expect(*text);
        return true;
    }

    // The path ended on a slash, "." or "..": on the directory where we stand.
    void finish() {
        if (walk_.file) return;
        walk_.resolved = here().path;
        walk_.file = UniqueFd(::openat(here().fd.get(), ".", directory_flags));
        if (!walk_.file) stop(walk_.resolved, errno);
    }
};

} // namespace

Walk walk_path(const std::string& path) {
    return Walker().walk(path);
}

} // namespace vmwarden::host
