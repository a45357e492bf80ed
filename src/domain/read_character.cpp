// SPDX-License-Identifier: LGPL-2.1-or-later
// Serial ports, consoles and channels.
#include "src/domain/readers.h"
#include "src/domain/values.h"

#include <algorithm>

namespace vmwarden::domain {

namespace {

using Target = CharacterDevice::Target;

constexpr unsigned serial_ports = 4;
constexpr unsigned virtio_ports = 31;
constexpr std::size_t longest_socket_path = 107; // sockaddr_un

constexpr NotDone sources_refused[] = {{"dev"},
                                       {"tcp"},
                                       {"udp"},
                                       {"pipe"},
                                       {"vc"},
                                       {"spicevmc"},
                                       {"spiceport"},
                                       {"nmdm"},
                                       {"dbus"},
                                       {"qemu-vdagent"},
                                       {"stdio", "a guest has no terminal of its own"}};
constexpr NotDone attributes_refused[] = {{"tty", "the terminal's name is found out at start"}};
constexpr NotDone children_refused[] = {
    {"address", "addresses are assigned at start in this version"},
    {"alias", "names of devices are assigned at start"},
    {"acpi"},
    {"log"},
    {"protocol"}};
constexpr NotDone pty_source_refused[] = {{"source", "the terminal's name is found out at start"}};
constexpr NotDone source_children_refused[] = {
    {"reconnect"}, {"seclabel", "labels come from the host policy in this version"}};
constexpr Word<bool> socket_modes[] = {{"bind", true}};
constexpr NotDone socket_modes_refused[] = {
    {"connect", "QEMU would reach out to a socket of the host's"}};

constexpr Word<Target> serial_targets[] = {{"isa-serial", Target::serial}};
constexpr NotDone serial_targets_refused[] = {{"usb-serial"},       {"pci-serial"},
                                              {"spapr-vio-serial"}, {"system-serial"},
                                              {"sclp-serial"},      {"isa-debug"}};
constexpr Word<Target> console_targets[] = {{"serial", Target::serial},
                                            {"virtio", Target::virtio_console}};
constexpr NotDone console_targets_refused[] = {{"xen", "only Xen guests have one"},
                                               {"uml", "only QEMU is launched here"},
                                               {"lxc", "only QEMU is launched here"},
                                               {"openvz", "only QEMU is launched here"},
                                               {"sclp"},
                                               {"sclplm"}};
constexpr Word<Target> channel_targets[] = {{"virtio", Target::virtio_channel}};
constexpr NotDone channel_targets_refused[] = {{"guestfwd"}, {"xen", "only Xen guests have one"}};
constexpr NotDone channel_target_refused[] = {{"state", "it is found out at start"}};
constexpr Word<std::string_view> serial_models[] = {self("isa-serial")};

bool is_x86(const std::string& arch) {
    return arch.empty() || arch == "x86_64" || arch == "i686";
}

void read_file_source(ElementReader& source, CharacterDevice& device) {
    if (const auto path = source.required_attribute("path"))
        device.path = path_from(*path, source.report()).value_or("");
    device.append = source.word("append", on_off).value_or(false);
}

void read_socket_source(ElementReader& source, CharacterDevice& device) {
    source.required_word("mode", socket_modes, socket_modes_refused);
    const bool anywhere = device.target == Target::virtio_channel;
    const auto path = anywhere ? source.attribute("path") : source.required_attribute("path");
    if (!path) return;
    device.path = path_from(*path, source.report()).value_or("");
    if (device.path.size() > longest_socket_path)
        source.error(path->at, "a socket's path can have " + std::to_string(longest_socket_path) +
                                   " bytes at most");
}

// Everything that serials and consoles have alike. False for a type that was refused: then nothing
// more is worth saying about the element.
bool read_backend(ElementReader& element, CharacterDevice& device) {
    device.place = element.place();
    const bool typed = element.attribute("type").has_value();
    const auto type = element.word("type", character_sources, sources_refused);
    if (typed && !type) return false;
    device.source = type.value_or(CharacterSource::pty);
    element.refuse_attributes(attributes_refused);
    element.refuse_children(children_refused);
    const bool file = device.source == CharacterSource::file;
    if (file || device.source == CharacterSource::unix_listener) {
        const bool given = element.child("source", [&](ElementReader& source) {
            if (file)
                read_file_source(source, device);
            else
                read_socket_source(source, device);
            source.refuse_children(source_children_refused);
        });
        if (!given && (file || device.target != Target::virtio_channel))
            element.error(element.at(), element.tag() + " needs a <source> with a path",
                          file ? "write <source path='/...'/>"
                               : "write <source mode='bind' path='/...'/>");
    } else {
        element.refuse_children(pty_source_refused);
    }
    return true;
}

std::optional<unsigned> read_port(ElementReader& target, unsigned ports) {
    const auto text = target.attribute("port");
    if (!text) return std::nullopt;
    const auto port = number_from(*text, "port", 0, ports - 1, target.report());
    if (!port) return std::nullopt;
    return static_cast<unsigned>(*port);
}

unsigned next_port(const GuestDefinition& guest, Target target) {
    unsigned next = 0;
    for (const auto& device : guest.characters)
        if (device.target == target) next = std::max(next, device.port + 1);
    return next;
}

const CharacterDevice* holder(const GuestDefinition& guest, Target target, unsigned port) {
    const auto found =
        std::find_if(guest.characters.begin(), guest.characters.end(), [&](const auto& device) {
            return device.target == target && device.port == port;
        });
    return found == guest.characters.end() ? nullptr : &*found;
}

void add(ElementReader& element, CharacterDevice device, unsigned ports, GuestDefinition& guest) {
    if (const auto* other = holder(guest, device.target, device.port))
        return element.error(element.at(),
                             "port " + std::to_string(device.port) + " is already that of line " +
                                 std::to_string(other->place.line),
                             "give each its own port");
    if (device.port >= ports)
        return element.error(element.at(),
                             "there are " + std::to_string(ports) + " ports of this kind at most");
    guest.characters.push_back(std::move(device));
}

// A console on a serial port is that port: libvirt writes both. What it says must agree with what
// the <serial> said.
void add_serial_console(ElementReader& element, CharacterDevice device, GuestDefinition& guest) {
    const auto* serial = holder(guest, Target::serial, device.port);
    if (serial == nullptr) return add(element, std::move(device), serial_ports, guest);
    if (serial->source != device.source || serial->path != device.path ||
        serial->append != device.append)
        element.error(element.at(),
                      "this console is serial port " + std::to_string(device.port) + " of line " +
                          std::to_string(serial->place.line) + " but says otherwise",
                      "remove <console>, or write it as <serial> is written");
}

} // namespace

void read_serial(ElementReader& element, GuestDefinition& guest) {
    CharacterDevice device;
    if (!read_backend(element, device)) return element.skip_rest();
    device.port = next_port(guest, Target::serial);
    element.child("target", [&](ElementReader& target) {
        if (target.word("type", serial_targets, serial_targets_refused) && !is_x86(guest.os.arch))
            target.error(target.at(), "an ISA serial port needs an x86 guest",
                         "remove type='isa-serial'");
        target.child("model",
                     [&](ElementReader& model) { model.required_word("name", serial_models); });
        if (const auto port = read_port(target, serial_ports)) device.port = *port;
    });
    add(element, std::move(device), serial_ports, guest);
}

void read_channel(ElementReader& element, GuestDefinition& guest) {
    CharacterDevice device;
    device.target = Target::virtio_channel;
    if (!read_backend(element, device)) return element.skip_rest();
    const bool given = element.child("target", [&](ElementReader& target) {
        if (!target.required_word("type", channel_targets, channel_targets_refused))
            return target.skip_rest();
        if (const auto name = target.required_attribute("name"))
            device.name = token_from(*name, "channel", target.report()).value_or("");
        target.refuse_attributes(channel_target_refused);
    });
    if (!given)
        element.error(element.at(), "<channel> has no <target>",
                      "write <target type='virtio' name='org.qemu.guest_agent.0'/>");
    const auto same = [&](const CharacterDevice& other) {
        return !device.name.empty() && other.name == device.name;
    };
    if (std::any_of(guest.characters.begin(), guest.characters.end(), same))
        return element.error(element.at(), "a second channel " + in_quotes(device.name),
                             "give each its own name");
    guest.characters.push_back(std::move(device));
}

bool read_console(ElementReader& element, bool had_serial_console, GuestDefinition& guest) {
    CharacterDevice device;
    if (!read_backend(element, device)) {
        element.skip_rest();
        return false;
    }
    std::optional<unsigned> port;
    element.child("target", [&](ElementReader& target) {
        device.target =
            target.word("type", console_targets, console_targets_refused).value_or(Target::serial);
        port = read_port(target, device.target == Target::serial ? serial_ports : virtio_ports);
    });
    if (device.target == Target::virtio_console) {
        device.port = port.value_or(next_port(guest, Target::virtio_console));
        add(element, std::move(device), virtio_ports, guest);
        return false;
    }
    device.port = port.value_or(0);
    if (had_serial_console)
        element.error(element.at(), "a second console on a serial port",
                      "write <target type='virtio'/>, or use <serial>");
    add_serial_console(element, std::move(device), guest);
    return true;
}

} // namespace vmwarden::domain
