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

Options back_end(const CharacterDevice& character, const std::string& id,
                 const std::string& inherited) {
    switch (character.source) {
    case CharacterSource::pty:
        return Options("pty").set("id", id);
    case CharacterSource::unix_listener:
        return Options("socket")
            .set("id", id)
            .set("path", character.path)
            .set("server", "on")
            .set("wait", "off");
    case CharacterSource::file:
    case CharacterSource::stdio_log:
        return file_back_end(character, id, inherited);
    case CharacterSource::null:
        break;
    }
    return Options("null").set("id", id);
}

Json front_end(const CharacterDevice& character, const std::string& number) {
    Json device;
    if (character.target == CharacterDevice::Target::serial)
        device = {{"driver", "isa-serial"}, {"id", "console-" + number}, {"index", character.port}};
    else
        device = {{"driver", "virtconsole"}, {"id", "console-" + number}, {"bus", "serial0.0"}};
    device["chardev"] = "char" + number;
    return device;
}

} // namespace

void add_characters(CommandLine& command, const GuestDefinition& definition,
                    const std::map<std::size_t, int>& inherited) {
    for (std::size_t i = 0; i < definition.characters.size(); ++i) {
        const auto& character = definition.characters[i];
        const auto number = std::to_string(i);
        const auto fd = inherited.find(i);
        const auto file = fd == inherited.end() ? std::string() : fd_set(command, i, fd->second);
        command.add("-chardev", back_end(character, "char" + number, file));
        command.add("-device", front_end(character, number));
    }
}

} // namespace vmwarden::qemu
