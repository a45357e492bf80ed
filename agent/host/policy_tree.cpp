// SPDX-License-Identifier: LGPL-2.1-or-later
#include "agent/host/policy_tree.h"

#include "agent/host/policy_bytes.h"
#include "src/hostpolicy/codes.h"
#include "src/hostpolicy/directories.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <map>
#include <memory>
#include <system_error>

namespace vmwarden::host {

namespace {

namespace code = hostpolicy::code;

constexpr std::string_view suffix = ".yaml";

void report(Diagnostics& into, std::string_view code, const std::string& path, std::string message,
            std::string hint, Severity severity = Severity::error) {
    into.add({severity, {path}, std::move(message), std::move(hint), 1, std::string(code)});
}

void report_unreadable(Diagnostics& into, const std::string& path, int error) {
    into.add(diagnosed(path, unreadable(error)));
}

// Opens for reading what an O_PATH descriptor has already been found to be.
UniqueFd reopen(const UniqueFd& fd) {
    const auto path = "/proc/self/fd/" + std::to_string(fd.get());
    return UniqueFd(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY));
}

std::optional<std::string> taken(PolicyBytes bytes, const std::string& path,
                                 Diagnostics& diagnostics) {
    if (auto* text = std::get_if<std::string>(&bytes)) return std::move(*text);
    diagnostics.add(diagnosed(path, std::move(std::get<PolicyFault>(bytes))));
    return std::nullopt;
}

bool is_dev_null(const struct stat& status) {
    return S_ISCHR(status.st_mode) && status.st_rdev == makedev(1, 3);
}

std::string kind_of(const struct stat& status) {
    if (S_ISDIR(status.st_mode)) return "a directory";
    if (S_ISFIFO(status.st_mode)) return "a pipe";
    if (S_ISSOCK(status.st_mode)) return "a socket";
    return "a device";
}

class TreeReader {
  public:
    explicit TreeReader(std::string root)
      : root_(std::move(root)) {
        if (!root_.ends_with('/')) root_ += '/';
    }

    PolicyTree read() {
        root_fd_ = UniqueFd(::open(root_.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
        if (!root_fd_) {
            report_unreadable(tree_.diagnostics, root_, errno);
            return std::move(tree_);
        }
        for (const auto directory : hostpolicy::policy_directories)
            list(std::string(directory));
        for (const auto& [name, directory] : chosen_)
            read_file(directory, name);
        return std::move(tree_);
    }

  private:
    struct CloseDirectory {
        void operator()(DIR* directory) const { ::closedir(directory); }
    };

    // Notes the names of one directory, over those of the directories before it.
    void list(const std::string& directory) {
        auto fd = open_below(root_fd_.get(), directory, O_RDONLY | O_DIRECTORY);
        if (!fd) {
            if (errno == ENOENT) return;
            if (errno == ENOTDIR)
                report(tree_.diagnostics, code::unreadable, root_ + directory, "is not a directory",
                       "make it one, or remove it");
            else
                report_unreadable(tree_.diagnostics, root_ + directory, errno);
            return;
        }
        const std::unique_ptr<DIR, CloseDirectory> stream(::fdopendir(fd.get()));
        if (!stream) throw std::system_error(errno, std::generic_category(), "fdopendir");
        static_cast<void>(fd.release()); // the stream owns it now
        for (;;) {
            errno = 0;
            const auto* entry = ::readdir(stream.get());
            if (entry == nullptr) break;
            note(directory, entry->d_name);
        }
        if (errno != 0) report_unreadable(tree_.diagnostics, root_ + directory, errno);
    }

    void note(const std::string& directory, const std::string& name) {
        if (name.starts_with('.')) return;
        if (name.ends_with(suffix)) {
            chosen_[name] = directory;
        } else if (name.ends_with(".yml")) {
            report(tree_.diagnostics, code::wrong_suffix, root_ + directory + "/" + name,
                   "is not read", "policy files end in .yaml", Severity::warning);
        }
    }

    void read_file(const std::string& directory, const std::string& name) {
        const auto below = directory + "/" + name;
        const auto path = root_ + below;
        if (links_to_dev_null(below)) return;
        const auto found = open_below(root_fd_.get(), below, O_PATH);
        if (!found) return report_missing(below, path, errno);
        struct stat status {};
        if (::fstat(found.get(), &status) != 0)
            return report_unreadable(tree_.diagnostics, path, errno);
        if (is_dev_null(status)) return;
        if (!S_ISREG(status.st_mode))
            return report(tree_.diagnostics, code::not_regular, path,
                          "is " + kind_of(status) + ", not a file",
                          "move it elsewhere, or give it another ending");
        const auto fd = reopen(found);
        if (!fd) return report_unreadable(tree_.diagnostics, path, errno);
        if (auto text = taken(read_unchanged(fd, status), path, tree_.diagnostics))
            tree_.files.push_back({path, std::move(*text)});
    }

    // The link is asked, not its target: below another root there may be no /dev/null.
    bool links_to_dev_null(const std::string& below) const {
        const auto link = open_below(root_fd_.get(), below, O_PATH | O_NOFOLLOW);
        std::array<char, 64> target{};
        const auto size = link ? ::readlinkat(link.get(), "", target.data(), target.size()) : -1;
        return size > 0 &&
               std::string_view(target.data(), static_cast<std::size_t>(size)) == "/dev/null";
    }

    void report_missing(const std::string& below, const std::string& path, int error) {
        const bool is_link = open_below(root_fd_.get(), below, O_PATH | O_NOFOLLOW).get() >= 0;
        // A file that went away since it was listed was removed; nothing is wrong with that.
        if (error == ENOENT && !is_link) return;
        if (error == ENOENT || error == ELOOP)
            report(tree_.diagnostics, code::dangling_link, path,
                   error == ELOOP ? "a link that leads in a circle" : "a link that leads nowhere",
                   "mend or remove it; to mask a file of the same name, link it to /dev/null");
        else
            report_unreadable(tree_.diagnostics, path, error);
    }

    std::string root_; // ends in '/'
    UniqueFd root_fd_;
    std::map<std::string, std::string> chosen_; // file name, the highest directory that has it
    PolicyTree tree_;
};

} // namespace

PolicyTree read_policy_tree(const std::string& root) {
    return TreeReader(root).read();
}

std::optional<std::string> read_policy_file(const std::string& path, Diagnostics& diagnostics) {
    const UniqueFd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY));
    if (!fd) {
        report_unreadable(diagnostics, path, errno);
        return std::nullopt;
    }
    return taken(read_policy_bytes(fd), path, diagnostics);
}

} // namespace vmwarden::host
