// SPDX-License-Identifier: LGPL-2.1-or-later
#include "src/native/device_reader.h"

#include "src/base/text.h"

namespace vmwarden::native {

std::optional<std::uint64_t> DeviceReader::number(std::string_view key, std::uint64_t most) {
    const auto text = take(key);
    if (!text) return std::nullopt;
    const auto number = parse_unsigned(*text);
    if (number && *number <= most) return number;
    fail();
    return std::nullopt;
}

std::optional<bool> DeviceReader::turn(std::string_view key) {
    const auto text = take(key);
    if (!text) return std::nullopt;
    const auto on = switch_of(*text);
    if (!on) fail();
    return on;
}

DeviceRom DeviceReader::rom() {
    DeviceRom rom;
    const auto file = take("romfile");
    const auto bar = number("rombar", 1);
    if (bar) rom.bar = *bar == 1;
    if (!file) return rom;
    if (file->empty() && bar == 0) return {.enabled = false, .bar = {}, .file = {}};
    if (!file->starts_with('/')) fail();
    rom.file = *file;
    rom.file_place = place();
    return rom;
}

std::optional<unsigned> DeviceReader::bootindex() {
    std::optional<unsigned> index;
    number("bootindex", index);
    return index;
}

void DeviceReader::on_pci(DeviceInfo& info) {
    take_alias(id_, info);
    if (!take_pci_place(import_, properties_, info)) fail();
}

void DeviceReader::on_virtio_pci(DeviceInfo& info, std::span<const KnownSwitch> known) {
    on_pci(info);
    info.model = device_.virtio_model;
    model_taken_ = true;
    if (!take_virtio_switches(properties_, known, info)) fail();
}

void DeviceReader::on_usb(DeviceInfo& info) {
    take_alias(id_, info);
    if (!take_usb_place(import_, properties_, info)) fail();
}

void DeviceReader::on_virtio_serial(DeviceInfo& info) {
    take_alias(id_, info);
    if (!take_serial_place(import_, properties_, info)) fail();
}

void DeviceReader::on_isa(DeviceInfo& info, std::string_view iobase, std::string_view irq) {
    take_alias(id_, info);
    IsaAddress address;
    number(iobase, address.iobase);
    if (!irq.empty()) number(irq, address.irq);
    if (address != IsaAddress{}) info.address = address;
}

Pending* DeviceReader::end(std::string_view key, std::map<std::string, Pending>& ends) {
    const auto name = take(key);
    const auto found = name ? ends.find(*name) : ends.end();
    if (found != ends.end() && !found->second.done) return &found->second;
    fail();
    return nullptr;
}

std::string take_client_socket(Pending& chardev) {
    auto properties = chardev.properties;
    properties.take("id");
    const auto backend = properties.take("backend");
    const auto path = properties.take("path").value_or("");
    if (switch_of(properties.peek("server").value_or("off")) == false) properties.take("server");
    if (backend != "socket" || !path.starts_with('/') || !properties.left().empty()) return {};
    return path;
}

} // namespace vmwarden::native
