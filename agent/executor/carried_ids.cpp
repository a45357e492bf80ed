// SPDX-License-Identifier: LGPL-2.1-or-later
#include "agent/executor/carried_ids.h"

#include "agent/executor/restore_journal.h"
#include "agent/host/files.h"
#include "agent/host/proc_text.h"
#include "agent/host/read_text.h"

#include <cerrno>
#include <fcntl.h>
#include <stdexcept>
#include <sys/stat.h>
#include <system_error>

namespace vmwarden::executor {
namespace {

constexpr unsigned most_depth = 8;
constexpr std::size_t most_entries = 100'000;

class Carried {
  public:
    explicit Carried(IdRange range)
      : range_(range) {}

    void note(std::uint32_t id) {
        if (id >= range_.first && id <= range_.last) ids_.insert(id);
    }
    void note(const Owner& owner) {
        note(owner.uid.value);
        note(owner.gid.value);
    }

    void of_processes(const std::string& proc) {
        const UniqueFd directory(open(proc.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
        if (!directory) throw std::system_error(errno, std::generic_category(), proc);
        for (const std::string& name : host::names_in(directory.get())) {
            if (!parse_number(name)) continue;
            const auto text = host::read_text(name + "/status", directory.get());
            if (!text) continue; // it has ended
            const auto status = host::parse_status(*text);
            if (!status) throw std::runtime_error(proc + "/" + name + " is not understood");
            for (const auto id : status->uids)
                note(id);
            for (const auto id : status->gids)
                note(id);
            for (const auto group : status->groups)
                note(group.value);
        }
    }

    void of_journals(const std::string& path) {
        const RestoreDirectory journals(path);
        for (const std::string& guest : journals.guests())
            if (const auto claims = journals.read(guest))
                for (const FileClaim& claim : claims->files) {
                    note(claim.original.owner);
                    if (claim.set_owner) note(*claim.set_owner);
                }
    }

    void of_files(const std::string& path) {
        const UniqueFd directory(
            open(path.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
        // Behind a link it is somebody else's place.
        if (!directory && (errno == ENOENT || errno == ELOOP || errno == ENOTDIR)) return;
        if (!directory) throw std::system_error(errno, std::generic_category(), path);
        within(directory.get(), path, 0);
    }

    [[nodiscard]] std::set<std::uint32_t> take() { return std::move(ids_); }

  private:
    void within(int directory, const std::string& path, unsigned depth) {
        if (depth > most_depth) throw std::runtime_error(path + " lies too deep to be looked at");
        for (const std::string& name : host::names_in(directory)) {
            if (++seen_ > most_entries)
                throw std::runtime_error("there is more in " + path + " than is looked at");
            struct stat status {};
            if (fstatat(directory, name.c_str(), &status, AT_SYMLINK_NOFOLLOW) < 0) {
                if (errno == ENOENT) continue;
                throw std::system_error(errno, std::generic_category(), path + "/" + name);
            }
            note(Owner{Uid{status.st_uid}, Gid{status.st_gid}});
            if (S_ISDIR(status.st_mode)) go_down(directory, name, path + "/" + name, depth + 1);
        }
    }

    void go_down(int parent, const std::string& name, const std::string& path, unsigned depth) {
        const UniqueFd directory(
            openat(parent, name.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
        if (directory) return within(directory.get(), path, depth);
        if (errno != ENOENT && errno != ELOOP && errno != ENOTDIR)
            throw std::system_error(errno, std::generic_category(), path);
    }

    IdRange range_;
    std::set<std::uint32_t> ids_;
    std::size_t seen_ = 0;
};

} // namespace

std::set<std::uint32_t> carried_ids(IdRange range, const Places& places, const IdPlaces& ids) {
    Carried carried(range);
    carried.of_processes(ids.processes);
    carried.of_journals(places.restore);
    for (const std::string& path : ids.directories)
        carried.of_files(path);
    return carried.take();
}

} // namespace vmwarden::executor
