// SPDX-License-Identifier: LGPL-2.1-or-later
#include "agent/executor/guest_ids.h"

#include "agent/executor/carried_ids.h"
#include "agent/executor/guest_state.h"
#include "agent/executor/restore_journal.h"
#include "agent/host/files.h"
#include "agent/host/read_text.h"

#include <cerrno>
#include <fcntl.h>
#include <stdexcept>
#include <sys/file.h>
#include <system_error>

namespace vmwarden::executor {
namespace {

constexpr std::string_view definition_suffix = ".xml";

std::string text(IdRange range) {
    return std::to_string(range.first) + "-" + std::to_string(range.last);
}

bool lies_in(std::uint32_t id, IdRange range) {
    return id >= range.first && id <= range.last;
}

UniqueFd locked_list(const std::string& path) {
    UniqueFd directory = host::own_directory(path, 0700);
    while (flock(directory.get(), LOCK_EX) < 0)
        if (errno != EINTR)
            throw std::system_error(errno, std::generic_category(), "cannot lock " + path);
    return directory;
}

host::GuestIds read_list(int directory, const std::string& path) {
    const auto list = host::read_text(host::guest_ids_file, directory);
    if (!list && errno == ENOENT) return {};
    if (!list)
        throw std::system_error(errno, std::generic_category(), path + "/" + host::guest_ids_file);
    auto ids = host::decode_guest_ids(*list);
    if (!ids)
        throw std::runtime_error(path + "/" + host::guest_ids_file +
                                 " is damaged: it is not known which guest has which id");
    return std::move(*ids);
}

} // namespace

const IdPlaces& system_id_places() {
    static const IdPlaces places{host::guest_ids_directory,
                                 "/etc/vmwarden/guests",
                                 {"/var/lib/vmwarden/nvram", "/var/lib/vmwarden/tpm",
                                  "/var/lib/vmwarden/images", "/var/lib/vmwarden/save", "/dev/shm"},
                                 "/proc"};
    return places;
}

std::uint32_t choose_id(host::GuestIds& ids, const std::string& guest, IdRange range,
                        const std::set<std::uint32_t>& carried, const std::set<std::string>& kept) {
    ids.erase(guest);
    std::set<std::uint32_t> taken = carried;
    for (const auto& [name, id] : ids)
        taken.insert(id);
    if (ids.size() < host::most_guest_ids)
        for (std::uint64_t id = range.first; id <= range.last; ++id)
            if (!taken.contains(static_cast<std::uint32_t>(id)))
                return ids[guest] = static_cast<std::uint32_t>(id);
    for (const auto& [name, id] : ids) {
        if (!lies_in(id, range) || carried.contains(id) || kept.contains(name)) continue;
        const auto number = id;
        ids.erase(std::string(name));
        return ids[guest] = number;
    }
    throw std::runtime_error("all ids of " + text(range) + " are taken");
}

std::uint32_t GuestIdGiver::give(const std::string& guest, IdRange range) {
    if (range.first == 0) throw std::runtime_error("there is no range of ids");
    const std::lock_guard lock(mutex_);
    const UniqueFd directory = locked_list(ids_.list);
    auto ids = read_list(directory.get(), ids_.list);
    const auto own = ids.find(guest);
    if (own == ids.end() || !lies_in(own->second, range)) {
        choose_id(ids, guest, range, carried_ids(range, places_, ids_), kept_guests());
        host::write_file(directory.get(), host::guest_ids_file, host::encode(ids), true);
    }
    starting_.insert(guest);
    return ids.at(guest);
}

void GuestIdGiver::forget(const std::string& guest) {
    const std::lock_guard lock(mutex_);
    starting_.erase(guest);
}

std::set<std::string> GuestIdGiver::kept_guests() const {
    std::set<std::string> kept = starting_;
    for (const auto& name : GuestState::all(places_))
        kept.insert(name);
    for (const auto& name : RestoreDirectory(places_.restore).guests())
        kept.insert(name);
    const UniqueFd definitions(open(ids_.definitions.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!definitions && errno == ENOENT) return kept;
    if (!definitions) throw std::system_error(errno, std::generic_category(), ids_.definitions);
    for (auto& name : host::names_in(definitions.get()))
        if (name.ends_with(definition_suffix))
            kept.insert(name.substr(0, name.size() - definition_suffix.size()));
    return kept;
}

} // namespace vmwarden::executor
