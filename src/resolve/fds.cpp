// SPDX-License-Identifier: LGPL-2.1-or-later
// The descriptors that QEMU inherits.
#include "src/resolve/steps.h"

namespace vmwarden::resolving {

namespace {

using plan::InheritedFd;

int add(Draft& draft, InheritedFd::Kind kind, std::string path = {}, bool truncate = false) {
    return draft.inherit({kind, -1, std::move(path), truncate});
}

// A file that the guest writes to a line at a time: <source path=...> or <log file=...>.
struct LogFile {
    const std::string& path;
    const CharacterDevice& character;
    std::string element;
    std::string step = "log " + std::to_string(character.port);
};

// The agent opens the log, as root and without following links, so it must be a plain file.
bool may_be_log(Draft& draft, const LogFile& log) {
    const auto& fact = draft.file(log.path);
    if (fact.state == FileFact::State::absent) return true;
    const auto& place = log.character.place;
    const auto path = "'" + log.path + "'";
    if (fact.state == FileFact::State::unreadable)
        draft.refuse(log.step, place, path + " cannot be examined: " + fact.error,
                     "make it accessible, or correct " + log.element);
    else if (fact.type != FileType::regular)
        draft.refuse(log.step, place, path + " is no regular file",
                     "name a file that may be written as a log in " + log.element);
    else if (fact.resolved != log.path)
        draft.refuse(log.step, place, path + " is a link or lies behind one",
                     "write " + fact.resolved + " in " + log.element);
    else
        return true;
    return false;
}

// An image written as a log at the same time would be destroyed.
bool is_no_image(Draft& draft, const LogFile& log) {
    const auto& fact = draft.file(log.path);
    for (const auto& file : draft.plan.files) {
        if (fact.state != FileFact::State::present || file.id != fact.id) continue;
        draft.refuse(log.step, log.character.place,
                     "'" + log.path + "' is " + file.purpose + " of this guest",
                     "name another file in " + log.element);
        return false;
    }
    return true;
}

std::optional<int> log_fd(Draft& draft, const LogFile& log, bool append) {
    if (!may_be_log(draft, log) || !is_no_image(draft, log)) return std::nullopt;
    return add(draft, InheritedFd::Kind::log_file, log.path, !append);
}

// A channel that names no path has its socket where only root and the agent reach it.
std::string channel_socket(Draft& draft, const CharacterDevice& channel) {
    constexpr std::size_t longest = 107; // sockaddr_un, less the final zero
    auto path = draft.plan.state_directory + "/channel-" + channel.name;
    if (path.size() > longest)
        draft.refuse("channel " + channel.name, channel.place,
                     "the channel's socket would have a path of " + std::to_string(path.size()) +
                         " bytes; sockets take " + std::to_string(longest),
                     "write <source mode='bind' path='/...'/> with a shorter one");
    return path;
}

bool is_unplaced_channel(const CharacterDevice& character) {
    return character.target == CharacterDevice::Target::virtio_channel &&
           character.source == CharacterSource::unix_listener && character.path.empty();
}

// By its purpose; none where it was refused.
std::optional<int> directory_fd(Draft& draft, const std::string& purpose) {
    for (const auto& file : draft.plan.files)
        if (file.is_directory && file.purpose == purpose)
            return add(draft, InheritedFd::Kind::directory, file.resolved);
    return std::nullopt;
}

void pass_directories(Draft& draft) {
    for (std::size_t i = 0; i < draft.definition.filesystems.size(); ++i)
        if (const auto fd = directory_fd(draft, "filesystem " + std::to_string(i)))
            draft.directory_fds[i] = *fd;
    for (std::size_t i = 0; i < draft.definition.disks.size(); ++i)
        if (const auto& disk = draft.definition.disks[i]; disk.type == DiskSource::directory)
            if (const auto fd = directory_fd(draft, "disk " + disk.target))
                draft.images[i].front().path = "/proc/self/fd/" + std::to_string(*fd);
}

// Where files that may grow large and are nobody's to keep belong (file-hierarchy(7)).
constexpr const char* overlay_directory = "/var/tmp";

void add_overlays(Draft& draft) {
    const auto& disks = draft.definition.disks;
    for (std::size_t i = 0; i < disks.size(); ++i) {
        if (!disks[i].transient) continue;
        const auto& fact = draft.file(disks[i].source);
        const auto bytes =
            disks[i].format == DiskFormat::qcow2 ? fact.image.disk_bytes : fact.bytes;
        if (bytes == 0 && fact.state == FileFact::State::present)
            draft.refuse("disk " + disks[i].target, disks[i].source_place,
                         "the size of '" + disks[i].source + "' is not known or zero",
                         "a transient disk is as large as its image");
        draft.overlay_fds[i] =
            draft.inherit({InheritedFd::Kind::overlay, -1, overlay_directory, false, {}, bytes});
        draft.decide(
            "disk " + disks[i].target,
            std::string("transient: what the guest writes is in a file without a name in ") +
                overlay_directory,
            defined_at(disks[i].place));
    }
}

} // namespace

void pass_descriptors(Draft& draft) {
    add(draft, InheritedFd::Kind::qmp_listener, draft.plan.state_directory + "/qmp.sock");
    add(draft, InheritedFd::Kind::shim_monitor);
    add_overlays(draft);
    const auto& characters = draft.definition.characters;
    for (std::size_t i = 0; i < characters.size(); ++i) {
        const auto& character = characters[i];
        if (is_unplaced_channel(character))
            draft.character_fds[i] =
                add(draft, InheritedFd::Kind::channel, channel_socket(draft, character));
        if (character.source == CharacterSource::file)
            if (const auto fd =
                    log_fd(draft, {character.path, character, "<source>"}, character.append))
                draft.character_fds[i] = *fd;
        if (!character.log.empty())
            if (const auto fd =
                    log_fd(draft, {character.log, character, "<log>"}, character.log_append))
                draft.log_fds[i] = *fd;
    }
    pass_directories(draft);
}

} // namespace vmwarden::resolving
