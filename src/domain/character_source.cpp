// SPDX-License-Identifier: LGPL-2.1-or-later
#include "src/domain/character_source.h"

#include "src/domain/display_words.h"
#include "src/domain/readers.h"
#include "src/domain/values.h"

namespace vmwarden::domain {

namespace {

constexpr std::size_t longest_socket_path = 107; // sockaddr_un

constexpr NotDone sources_refused[] = {
    {"udp", "QEMU would send to the network, of which the policy says nothing"},
    {"pipe", "QEMU would open what is at the path, past what the policy says of files"},
    {"nmdm", "only FreeBSD has such terminals"},
    {"stdio", "a guest has no terminal of its own"}};
constexpr NotDone source_refused[] = {{"source", "there is nothing to name"}};
constexpr NotDone source_children_refused[] = {
    {"reconnect", "QEMU waits for others to connect"},
    {"seclabel", "labels come from the host policy in this version"}};
constexpr NotDone protocol_refused[] = {{"protocol", "only type='tcp' has one"}};
constexpr Word<bool> listening[] = {{"bind", true}};
constexpr NotDone connect_refused[] = {
    {"connect", "QEMU would reach out to a socket of the host's"}};
constexpr NotDone tcp_connect_refused[] = {
    {"connect", "QEMU would reach out to the network, of which the policy says nothing"}};
constexpr std::string_view no_tls = "there are no certificates for guests in this version";
constexpr Word<bool> protocols[] = {{"raw", false}, {"telnet", true}};
constexpr NotDone protocols_refused[] = {{"telnets", no_tls}, {"tls", no_tls}};

bool is_channel(const CharacterDevice& device) {
    return device.target == CharacterDevice::Target::virtio_channel;
}

// Only a channel's place may be left to us.
bool needs_source(const CharacterDevice& device) {
    switch (device.source) {
    case CharacterSource::file:
    case CharacterSource::device:
    case CharacterSource::tcp_listener:
    case CharacterSource::spiceport:
    case CharacterSource::dbus:
        return true;
    case CharacterSource::unix_listener:
        return !is_channel(device);
    default:
        return false;
    }
}

std::string usual_source(CharacterSource source) {
    switch (source) {
    case CharacterSource::unix_listener:
        return "write <source mode='bind' path='/...'/>";
    case CharacterSource::tcp_listener:
        return "write <source mode='bind' host='127.0.0.1' service='4555'/>";
    case CharacterSource::spiceport:
    case CharacterSource::dbus:
        return "write <source channel='org.qemu.console.serial.0'/>";
    default:
        return "write <source path='/...'/>";
    }
}

void read_path(ElementReader& source, CharacterDevice& device) {
    if (const auto path = source.required_attribute("path"))
        device.path = path_from(*path, source.report()).value_or("");
}

void read_socket(ElementReader& source, CharacterDevice& device) {
    source.required_word("mode", listening, connect_refused);
    const auto path =
        is_channel(device) ? source.attribute("path") : source.required_attribute("path");
    if (!path) return;
    device.path = path_from(*path, source.report()).value_or("");
    if (device.path.size() > longest_socket_path)
        source.error(path->at, "a socket's path can have " + std::to_string(longest_socket_path) +
                                   " bytes at most");
}

void read_listener(ElementReader& source, CharacterDevice& device) {
    source.required_word("mode", listening, tcp_connect_refused);
    if (const auto host = source.attribute("host"))
        device.host = address_from(*host, source.report()).value_or("");
    if (const auto service = source.required_attribute("service")) {
        const auto port = number_from(*service, "service", 1024, 65535, source.report());
        device.service = static_cast<unsigned>(port.value_or(0));
    }
    source.expect("tls", "no", no_tls);
}

void read_agent(ElementReader& source, CharacterDevice& device) {
    source.child("clipboard", [&](ElementReader& clipboard) {
        device.clipboard = clipboard.required_word("copypaste", yes_no);
    });
    source.child("mouse", [&](ElementReader& mouse) {
        device.client_mouse = mouse.required_word("mode", mouse_modes);
    });
}

void read_source(ElementReader& source, CharacterDevice& device) {
    switch (device.source) {
    case CharacterSource::file:
        device.append = source.word("append", on_off).value_or(false);
        [[fallthrough]];
    case CharacterSource::device:
        read_path(source, device);
        break;
    case CharacterSource::unix_listener:
        read_socket(source, device);
        break;
    case CharacterSource::tcp_listener:
        read_listener(source, device);
        break;
    case CharacterSource::vdagent:
        read_agent(source, device);
        break;
    default: // spiceport, dbus
        if (const auto channel = source.required_attribute("channel"))
            device.channel = token_from(*channel, "channel", source.report()).value_or("");
    }
    source.refuse_children(source_children_refused);
}

void read_protocol(ElementReader& element, CharacterDevice& device) {
    if (device.source != CharacterSource::tcp_listener)
        return element.refuse_children(protocol_refused);
    element.child("protocol", [&](ElementReader& protocol) {
        device.telnet =
            protocol.required_word("type", protocols, protocols_refused).value_or(false);
    });
}

void read_log(ElementReader& element, CharacterDevice& device) {
    element.child("log", [&](ElementReader& log) {
        if (const auto file = log.required_attribute("file"))
            device.log = path_from(*file, log.report()).value_or("");
        device.log_append = log.word("append", on_off).value_or(false);
        if (device.source == CharacterSource::file && device.log == device.path)
            log.error(log.at(), "the log is the file itself", "name another one");
    });
}

bool has_source(CharacterSource source) {
    return source != CharacterSource::pty && source != CharacterSource::null &&
           source != CharacterSource::vc && source != CharacterSource::spicevmc;
}

} // namespace

bool read_other_end(ElementReader& element, CharacterDevice& device) {
    device.place = element.place();
    const bool typed = element.attribute("type").has_value();
    const auto type = element.word("type", character_sources, sources_refused);
    if (typed && !type) return false;
    device.source = type.value_or(CharacterSource::pty);
    const bool agent =
        device.source == CharacterSource::spicevmc || device.source == CharacterSource::vdagent;
    if (agent && !is_channel(device)) {
        element.error(element.at(), "only a <channel> can have this type",
                      "write type='pty', or spiceport");
        return false;
    }
    set_aside(element, "tty");
    if (device.source == CharacterSource::pty)
        element.child("source", [](ElementReader& source) { set_aside(source, "path"); });
    else if (!has_source(device.source))
        element.refuse_children(source_refused);
    else if (!element.child("source",
                            [&](ElementReader& source) { read_source(source, device); }) &&
             needs_source(device))
        element.error(element.at(), element.tag() + " needs a <source>",
                      usual_source(device.source));
    read_protocol(element, device);
    read_log(element, device);
    return true;
}

bool same_other_end(const CharacterDevice& one, const CharacterDevice& other) {
    auto same = other;
    same.target = one.target;
    same.port = one.port;
    same.name = one.name;
    same.info = one.info;
    same.place = one.place;
    return same == one;
}

} // namespace vmwarden::domain
