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

std::string_view on_or_off(bool value) {
    return value ? "on" : "off";
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

// `otherwise` is the path of one that has none and no descriptor.
Options socket_back_end(const CharacterDevice& character, const std::string& id, int fd,
                        const std::string& otherwise) {
    const auto& path = character.path.empty() ? otherwise : character.path;
    if (fd < 0 && path.empty())
        throw std::invalid_argument("modern_argv: a channel without a path needs a descriptor");
    Options options("socket");
    options.set("id", id);
    if (fd >= 0)
        options.set("fd", std::to_string(fd));
    else
        options.set("path", path);
    return options.set("server", "on").set("wait", "off");
}

Options listener_back_end(const CharacterDevice& character, const std::string& id) {
    return Options("socket")
        .set("id", id)
        .set("host", character.host.empty() ? "127.0.0.1" : character.host)
        .set("port", character.service)
        .set("telnet", on_or_off(character.telnet))
        .set("server", "on")
        .set("wait", "off");
}

Options agent_back_end(const CharacterDevice& character, const std::string& id) {
    Options options("qemu-vdagent");
    options.set("id", id);
    if (character.clipboard) options.set("clipboard", on_or_off(*character.clipboard));
    if (character.client_mouse) options.set("mouse", on_or_off(*character.client_mouse));
    return options;
}

Options back_end(const CharacterDevice& character, const std::string& id,
                 const std::string& inherited) {
    switch (character.source) {
    case CharacterSource::pty:
        return Options("pty").set("id", id);
    case CharacterSource::vc:
        return Options("vc").set("id", id);
    case CharacterSource::device:
        return Options(character.target == CharacterDevice::Target::parallel ? "parallel"
                                                                             : "serial")
            .set("id", id)
            .set("path", character.path);
    case CharacterSource::tcp_listener:
        return listener_back_end(character, id);
    case CharacterSource::spicevmc:
        return Options("spicevmc").set("id", id).set("name", "vdagent");
    case CharacterSource::spiceport:
        return Options("spiceport").set("id", id).set("name", character.channel);
    case CharacterSource::vdagent:
        return agent_back_end(character, id);
    case CharacterSource::dbus:
        return Options("dbus").set("id", id).set("name", character.channel);
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
                {"chardev", chardev},
                {"name", character.name}};
    case CharacterDevice::Target::parallel:
        return {{"driver", "isa-parallel"},
                {"id", "parallel-" + number},
                {"index", character.port},
                {"chardev", chardev}};
    case CharacterDevice::Target::pci_serial:
        return {{"driver", "pci-serial"}, {"id", id}, {"chardev", chardev}};
    case CharacterDevice::Target::usb_serial:
        return {{"driver", "usb-serial"}, {"id", id}, {"chardev", chardev}};
    case CharacterDevice::Target::virtio_console:
        break;
    }
    return {{"driver", "virtconsole"}, {"id", id}, {"chardev", chardev}};
}

int fd_of(const std::map<std::size_t, int>& fds, std::size_t index) {
    const auto found = fds.find(index);
    return found == fds.end() ? -1 : found->second;
}

// What the guest says, besides where it goes.
void set_log(CommandLine& command, Options& back_end, const CharacterDevice& character,
             std::size_t set, int fd) {
    if (character.log.empty()) return;
    const bool append = character.log_append || fd >= 0; // whoever opened it has emptied it
    back_end.set("logfile", fd >= 0 ? fd_set(command, set, fd) : character.log)
        .set("logappend", on_or_off(append));
}

} // namespace

std::string channel_socket_by_hand(std::size_t character) {
    return "channel" + std::to_string(character) + ".sock";
}

void add_characters(CommandLine& command, const GuestDefinition& definition,
                    const CommandContext& context) {
    const auto count = definition.characters.size();
    for (std::size_t i = 0; i < count; ++i) {
        const auto& character = definition.characters[i];
        const auto number = std::to_string(i);
        const int fd = fd_of(context.character_fds, i);
        const bool socket = character.source == CharacterSource::unix_listener;
        const auto file = fd >= 0 && !socket ? fd_set(command, i, fd) : std::string();
        auto options = socket ? socket_back_end(character, "char" + number, fd,
                                                context.by_hand ? channel_socket_by_hand(i) : "")
                              : back_end(character, "char" + number, file);
        set_log(command, options, character, count + i, fd_of(context.log_fds, i));
        command.add("-chardev", options);
        command.device(front_end(character, number), character.info);
    }
}

} // namespace vmwarden::qemu
