// SPDX-License-Identifier: LGPL-2.1-or-later
#include "src/domain/display_words.h"
#include "src/domain/writers.h"

namespace vmwarden::domain {

namespace {

using Target = CharacterDevice::Target;

std::string_view element_of(Target target) {
    switch (target) {
    case Target::virtio_console:
        return "console";
    case Target::virtio_channel:
        return "channel";
    case Target::parallel:
        return "parallel";
    case Target::serial:
    case Target::pci_serial:
    case Target::usb_serial:
        break;
    }
    return "serial";
}

void write_card(XmlWriter& xml, std::string_view model, std::string_view port) {
    xml.element("target", {{"type", model}, {"port", port}}, [&] {
        xml.empty("model", {{"name", model}});
    });
}

void write_target(XmlWriter& xml, const CharacterDevice& device) {
    const auto port = std::to_string(device.port);
    switch (device.target) {
    case Target::serial:
    case Target::parallel:
        return xml.empty("target", {{"port", port}});
    case Target::virtio_channel:
        return xml.empty("target", {{"type", "virtio"}, {"name", device.name}});
    case Target::virtio_console:
        return xml.empty("target", {{"type", "virtio"}, {"port", port}});
    case Target::pci_serial:
        return write_card(xml, "pci-serial", port);
    case Target::usb_serial:
        return write_card(xml, "usb-serial", port);
    }
}

void write_agent(XmlWriter& xml, const CharacterDevice& device) {
    if (!device.clipboard && !device.client_mouse) return;
    xml.element("source", {}, [&] {
        if (device.clipboard)
            xml.empty("clipboard", {{"copypaste", word_for(yes_no, *device.clipboard)}});
        if (device.client_mouse)
            xml.empty("mouse", {{"mode", word_for(mouse_modes, *device.client_mouse)}});
    });
}

void write_listener(XmlWriter& xml, const CharacterDevice& device) {
    const auto service = std::to_string(device.service);
    XmlAttributes source{{"mode", "bind"}};
    if (!device.host.empty()) source.push_back({"host", device.host});
    source.push_back({"service", service});
    xml.empty("source", source);
    xml.empty("protocol", {{"type", device.telnet ? "telnet" : "raw"}});
}

void write_path(XmlWriter& xml, const CharacterDevice& device) {
    XmlAttributes source;
    if (device.source == CharacterSource::unix_listener) source.push_back({"mode", "bind"});
    if (!device.path.empty()) source.push_back({"path", device.path});
    if (device.append) source.push_back({"append", "on"});
    if (!source.empty()) xml.empty("source", source);
}

void write_source(XmlWriter& xml, const CharacterDevice& device) {
    switch (device.source) {
    case CharacterSource::tcp_listener:
        return write_listener(xml, device);
    case CharacterSource::spiceport:
    case CharacterSource::dbus:
        return xml.empty("source", {{"channel", device.channel}});
    case CharacterSource::vdagent:
        return write_agent(xml, device);
    default:
        return write_path(xml, device);
    }
}

void write_log(XmlWriter& xml, const CharacterDevice& device) {
    XmlAttributes log{{"file", device.log}};
    if (device.log_append) log.push_back({"append", "on"});
    if (!device.log.empty()) xml.empty("log", log);
}

} // namespace

void write_characters(XmlWriter& xml, const GuestDefinition& guest) {
    for (const auto& device : guest.characters)
        xml.element(element_of(device.target),
                    {{"type", word_for(character_sources, device.source)}}, [&] {
                        write_source(xml, device);
                        write_log(xml, device);
                        write_target(xml, device);
                        write_device_info(xml, device.info);
                    });
}

} // namespace vmwarden::domain
