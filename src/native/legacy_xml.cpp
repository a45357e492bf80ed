// SPDX-License-Identifier: LGPL-2.1-or-later
#include "src/native/legacy_xml.h"

#include "src/domain/words.h"
#include "src/domain/xml_writer.h"

namespace vmwarden::native {

namespace {

using domain::word_for;
using domain::XmlAttributes;
using domain::XmlWriter;

void write_os(XmlWriter& xml, const OsBoot& os) {
    xml.element("os", {}, [&] {
        XmlAttributes type;
        if (!os.arch.empty()) type.push_back({"arch", os.arch});
        type.push_back({"machine", os.machine.empty() ? std::string_view("pc") : os.machine});
        xml.text("type", os.type, type);
        xml.text_if("kernel", os.kernel);
        xml.text_if("initrd", os.initrd);
        xml.text_if("cmdline", os.cmdline);
        for (const auto device : os.boot)
            xml.empty("boot", {{"dev", word_for(domain::boot_devices, device)}});
    });
}

void write_disk(XmlWriter& xml, const Disk& disk) {
    const auto type = word_for(domain::disk_sources, disk.type);
    const auto device = word_for(domain::disk_devices, disk.device);
    xml.element("disk", {{"type", type}, {"device", device}}, [&] {
        XmlAttributes driver{{"name", "qemu"}};
        if (disk.format != DiskFormat::raw)
            driver.push_back({"type", word_for(domain::disk_formats, disk.format)});
        if (disk.cache != DiskCache::hypervisor_default)
            driver.push_back({"cache", word_for(domain::disk_caches, disk.cache)});
        if (driver.size() > 1) xml.empty("driver", driver);
        if (!disk.source.empty())
            xml.empty("source", {{disk.type == DiskSource::block ? "dev" : "file", disk.source}});
        xml.empty("target",
                  {{"dev", disk.target}, {"bus", word_for(domain::disk_buses, disk.bus)}});
        if (disk.readonly) xml.empty("readonly");
    });
}

void write_interface(XmlWriter& xml, const Interface& interface) {
    xml.element("interface", {{"type", word_for(domain::interface_types, interface.type)}}, [&] {
        if (!interface.mac.empty()) xml.empty("mac", {{"address", interface.mac}});
        if (!interface.model.empty()) xml.empty("model", {{"type", interface.model}});
    });
}

void write_serial(XmlWriter& xml, const CharacterDevice& serial) {
    const auto port = std::to_string(serial.port);
    xml.element("serial", {{"type", word_for(domain::character_sources, serial.source)}}, [&] {
        if (serial.source == CharacterSource::unix_listener)
            xml.empty("source", {{"mode", "bind"}, {"path", serial.path}});
        else if (!serial.path.empty())
            xml.empty("source", {{"path", serial.path}});
        xml.empty("target", {{"port", port}});
    });
}

void write_graphics(XmlWriter& xml, const Graphics& graphics) {
    const auto port = std::to_string(graphics.port);
    XmlAttributes attributes{{"type", "vnc"}, {"port", port}, {"autoport", "no"}};
    if (!graphics.listen.empty()) attributes.push_back({"listen", graphics.listen});
    if (!graphics.keymap.empty()) attributes.push_back({"keymap", graphics.keymap});
    xml.empty("graphics", attributes);
}

void write_devices(XmlWriter& xml, const GuestDefinition& guest) {
    xml.text_if("emulator", guest.emulator);
    for (const auto& disk : guest.disks)
        write_disk(xml, disk);
    for (const auto& interface : guest.interfaces)
        write_interface(xml, interface);
    for (const auto& serial : guest.characters)
        write_serial(xml, serial);
    for (const auto& input : guest.inputs)
        xml.empty("input", {{"type", word_for(domain::input_types, input.type)},
                            {"bus", word_for(domain::input_buses, input.bus)}});
    for (const auto& graphics : guest.graphics)
        write_graphics(xml, graphics);
    for (const auto& video : guest.videos)
        xml.element("video", {}, [&] { xml.empty("model", {{"type", video.model}}); });
}

void write_cpu(XmlWriter& xml, const GuestDefinition& guest) {
    if (guest.cpu_mode.empty()) return;
    xml.element("cpu", {{"mode", guest.cpu_mode}}, [&] { xml.text_if("model", guest.cpu_model); });
}

} // namespace

std::string legacy_xml(const GuestDefinition& guest) {
    XmlWriter xml;
    const auto memory = std::to_string(guest.memory.count / 1024);
    const auto action = [&](std::string_view name, LifecycleAction what) {
        xml.text(name, word_for(domain::lifecycle_actions, what));
    };
    xml.element("domain", {{"type", word_for(domain::domain_types, guest.type)}}, [&] {
        xml.text_if("name", guest.name);
        xml.text("uuid", guest.uuid.value_or(Uuid()).text());
        xml.text("memory", memory);
        xml.text("currentMemory", memory);
        xml.text("vcpu", std::to_string(guest.vcpus));
        write_os(xml, guest.os);
        if (guest.features.acpi) xml.element("features", {}, [&] { xml.empty("acpi"); });
        write_cpu(xml, guest);
        xml.empty("clock", {{"offset", word_for(domain::clock_offsets, guest.clock)}});
        action("on_poweroff", guest.on_poweroff);
        action("on_reboot", guest.on_reboot);
        action("on_crash", guest.on_crash);
        xml.element("devices", {}, [&] { write_devices(xml, guest); });
    });
    return xml.take();
}

} // namespace vmwarden::native
