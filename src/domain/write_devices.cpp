// SPDX-License-Identifier: LGPL-2.1-or-later
#include "src/domain/network_source.h"
#include "src/domain/words.h"
#include "src/domain/writers.h"

namespace vmwarden::domain {

namespace {

void write_network_source(XmlWriter& xml, const std::string& url) {
    const auto source = network_source(url);
    if (!source) return; // what no reader lets in
    XmlAttributes attributes{{"protocol", source->protocol}};
    if (!source->name.empty()) attributes.push_back({"name", source->name});
    if (!source->query.empty()) attributes.push_back({"query", source->query});
    auto address = source->host;
    if (address.starts_with('[')) address = address.substr(1, address.size() - 2);
    XmlAttributes host{{"name", address}};
    if (!source->port.empty()) host.push_back({"port", source->port});
    xml.element("source", attributes, [&] { xml.empty("host", host); });
}

void write_source(XmlWriter& xml, DiskSource type, const std::string& source,
                  const std::vector<ImageLabel>& labels) {
    if (type == DiskSource::network) return write_network_source(xml, source);
    xml.element("source", {{source_attribute(type), source}}, [&] {
        for (const auto& label : labels)
            write_image_label(xml, label);
    });
}

// The images below, from the one with this number on, each inside the one above.
void write_backing(XmlWriter& xml, const Disk& disk, std::size_t number = 0) {
    if (number == disk.backing.size()) {
        if (disk.chain_ends) xml.empty("backingStore");
        return;
    }
    const auto& store = disk.backing[number];
    xml.element("backingStore", {{"type", word_for(disk_sources, store.type)}}, [&] {
        xml.empty("format", {{"type", word_for(disk_formats, store.format)}});
        write_source(xml, store.type, store.source, store.labels);
        write_backing(xml, disk, number + 1);
    });
}

void write(XmlWriter& xml, const Disk& disk) {
    const auto type = word_for(disk_sources, disk.type);
    XmlAttributes attributes{{"type", type}, {"device", word_for(disk_devices, disk.device)}};
    if (disk.info.model != VirtioModel::unsaid)
        attributes.push_back({"model", word_for(virtio_models, disk.info.model)});
    xml.element("disk", attributes, [&] {
        XmlAttributes driver{{"name", "qemu"},
                             {"type", disk.type == DiskSource::directory
                                          ? "fat"
                                          : word_for(disk_formats, disk.format)}};
        if (disk.cache != DiskCache::hypervisor_default)
            driver.push_back({"cache", word_for(disk_caches, disk.cache)});
        const auto tuning = driver_tuning(disk.tuning);
        for (const auto& [name, value] : tuning)
            driver.push_back({name, value});
        add_switches(driver, disk.info.virtio);
        xml.element("driver", driver, [&] {
            if (disk.tuning.metadata_cache == 0) return;
            xml.element("metadata_cache", {}, [&] {
                xml.text("max_size", std::to_string(disk.tuning.metadata_cache),
                         {{"unit", "bytes"}});
            });
        });
        if (!disk.source.empty()) write_source(xml, disk.type, disk.source, disk.labels);
        write_backing(xml, disk);
        const auto rotation = std::to_string(disk.tuning.rotation_rate);
        XmlAttributes target{{"dev", disk.target}, {"bus", word_for(disk_buses, disk.bus)}};
        if (disk.tuning.rotation_rate != 0) target.push_back({"rotation_rate", rotation});
        if (disk.tuning.removable)
            target.push_back({"removable", word_for(on_off, *disk.tuning.removable)});
        xml.empty("target", target);
        if (disk.readonly) xml.empty("readonly");
        if (disk.shareable) xml.empty("shareable");
        XmlAttributes transient;
        if (disk.share_backing)
            transient.push_back({"shareBacking", word_for(yes_no, *disk.share_backing)});
        if (disk.transient) xml.empty("transient", transient);
        xml.text_if("serial", disk.serial);
        write_disk_tuning(xml, disk.tuning);
        write_device_info(xml, disk.info);
    });
}

void write(XmlWriter& xml, const Hub& hub) {
    xml.element("hub", {{"type", "usb"}}, [&] { write_device_info(xml, hub.info); });
}

void write(XmlWriter& xml, const Input& input) {
    xml.element(
        "input",
        {{"type", word_for(input_types, input.type)}, {"bus", word_for(input_buses, input.bus)}},
        [&] {
            write_virtio_driver(xml, input.info);
            write_device_info(xml, input.info);
        });
}

void write(XmlWriter& xml, const Video& video) {
    const auto ram = std::to_string(video.ram);
    const auto vram = std::to_string(video.vram);
    const auto vram64 = std::to_string(video.vram64);
    const auto vgamem = std::to_string(video.vgamem);
    const auto heads = std::to_string(video.heads);
    XmlAttributes model{{"type", video.model}};
    if (video.ram != 0) model.push_back({"ram", ram});
    if (video.vram != 0) model.push_back({"vram", vram});
    if (video.vram64 != 0) model.push_back({"vram64", vram64});
    if (video.vgamem != 0) model.push_back({"vgamem", vgamem});
    if (video.heads != 0) model.push_back({"heads", heads});
    if (video.edid) model.push_back({"edid", word_for(on_off, *video.edid)});
    xml.element("video", {}, [&] {
        xml.element("model", model, [&] {
            if (video.accel3d)
                xml.empty("acceleration", {{"accel3d", word_for(yes_no, *video.accel3d)}});
            if (!video.resolution) return;
            const auto x = std::to_string(video.resolution->x);
            const auto y = std::to_string(video.resolution->y);
            xml.empty("resolution", {{"x", x}, {"y", y}});
        });
        write_virtio_driver(xml, video.info);
        write_device_info(xml, video.info);
    });
}

template <class Device>
void write_all(XmlWriter& xml, const std::vector<Device>& devices) {
    for (const auto& device : devices)
        write(xml, device);
}

} // namespace

void write_devices(XmlWriter& xml, const GuestDefinition& guest) {
    xml.text_if("emulator", guest.emulator);
    write_all(xml, guest.disks);
    for (const auto& controller : guest.controllers)
        write_controller(xml, controller);
    write_all(xml, guest.hubs);
    for (const auto& filesystem : guest.filesystems)
        write_filesystem(xml, filesystem);
    for (const auto& memory : guest.shared_memories)
        write_shared_memory(xml, memory);
    write_interfaces(xml, guest);
    write_host_devices(xml, guest);
    write_characters(xml, guest);
    write_all(xml, guest.inputs);
    for (const auto& graphics : guest.graphics)
        write_graphics(xml, graphics);
    if (guest.tpm) write_tpm(xml, *guest.tpm);
    write_redirection(xml, guest);
    write_sounds(xml, guest);
    write_all(xml, guest.videos);
    write_small_devices(xml, guest);
}

} // namespace vmwarden::domain
