// SPDX-License-Identifier: LGPL-2.1-or-later
#include "src/qemu/command_line.h"
#include "src/qemu/devices.h"

#include <stdexcept>

namespace vmwarden::qemu {

namespace {

// An inherited descriptor as a path that QEMU can open: a set of one, named by its index. QEMU
// duplicates out of the set the descriptor whose access mode fits, so it must be O_WRONLY.
std::string fd_set(CommandLine& command, std::size_t index, int fd) {
    command.add("-add-fd",
                Options().set("fd", std::to_string(fd)).set("set", std::to_string(index)));
    return "/dev/fdset/" + std::to_string(index);
}

Options file_back_end(const CharacterDevice& character, const std::string& id,
                      const std::string& inherited) {
    if (inherited.empty() && character.path.empty())
        throw std::invalid_argument("modern_argv: a log without a path needs a descriptor");
    // Whoever opened an inherited file has emptied it if it was to be emptied.
    const bool append = character.append || !inherited.empty();
    return Options("file")
        .set("id", id)
        .set("path", inherited.empty() ? character.path : inherited)
        .set("append", append ? "on" : "off");
}

Options socket_back_end(const CharacterDevice& character, const std::string& id, int fd) {
    if (fd < 0 && character.path.empty())
        throw std::invalid_argument("modern_argv: a channel without a path needs a descriptor");
    Options options("socket");
    options.set("id", id);
    if (fd >= 0)
        options.set("fd", std::to_string(fd));
    else
        options.set("path", character.path);
    return options.set("server", "on").set("wait", "off");
}

Options back_end(const CharacterDevice& character, const std::string& id,
                 const std::string& inherited) {
    switch (character.source) {
    case CharacterSource::pty:
        return Options("pty").set("id", id);
    case CharacterSource::unix_listener: // socket_back_end()
    case CharacterSource::file:
    case CharacterSource::stdio_log:
        return file_back_end(character, id, inherited);
    case CharacterSource::null:
        break;
    }
    return Options("null").set("id", id);
}

Json front_end(const CharacterDevice& character, const std::string& number) {
    const auto id = "console-" + number;
    const auto chardev = "char" + number;
    switch (character.target) {
    case CharacterDevice::Target::serial:
        return {
            {"driver", "isa-serial"}, {"id", id}, {"index", character.port}, {"chardev", chardev}};
    case CharacterDevice::Target::virtio_channel:
        return {{"driver", "virtserialport"},
                {"id", "channel-" + number},
                {"bus", "serial0.0"},
                {"chardev", chardev},
                {"name", character.name}};
    case CharacterDevice::Target::virtio_console:
        break;
    }
    return {{"driver", "virtconsole"}, {"id", id}, {"bus", "serial0.0"}, {"chardev", chardev}};
}

} // namespace

void add_characters(CommandLine& command, const GuestDefinition& definition,
                    const CommandContext& context) {
    const auto& inherited = context.character_fds;
    for (std::size_t i = 0; i < definition.characters.size(); ++i) {
        const auto& character = definition.characters[i];
        const auto number = std::to_string(i);
        const auto fd = inherited.find(i);
        const bool given = fd != inherited.end();
        if (character.source == CharacterSource::unix_listener) {
            command.add("-chardev",
                        socket_back_end(character, "char" + number, given ? fd->second : -1));
        } else {
            const auto file = given ? fd_set(command, i, fd->second) : std::string();
            command.add("-chardev", back_end(character, "char" + number, file));
        }
        command.add("-device", front_end(character, number));
    }
}

} // namespace vmwarden::qemu
