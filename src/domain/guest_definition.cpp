// SPDX-License-Identifier: LGPL-2.1-or-later
#include "src/domain/guest_definition.h"

#include <algorithm>
#include <array>
#include <cstdio>

namespace vmwarden {

namespace {

bool is_letter_or_digit(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

template <class Device>
void strip(Device& device) {
    device.place = {};
    if constexpr (requires { device.info; }) device.info.place = {};
}
template <class Device>
void strip(std::optional<Device>& device) {
    if (device) strip(*device);
}
template <class Device>
void strip(std::vector<Device>& devices) {
    for (auto& device : devices)
        strip(device);
}

} // namespace

std::string PciPlace::text() const {
    std::array<char, 40> out{};
    std::snprintf(out.data(), out.size(), "%04x:%02x:%02x.%x", domain, bus, slot, function);
    return out.data();
}

std::size_t shown_serial(DiskBus bus) {
    return bus == DiskBus::scsi || bus == DiskBus::usb ? 36 : 20;
}

bool valid_guest_name(std::string_view name) {
    constexpr std::size_t longest = 64;
    if (name.empty() || name.size() > longest || name[0] == '.' || name[0] == '-') return false;
    return std::all_of(name.begin(), name.end(), [](char c) {
        return is_letter_or_digit(c) || std::string_view("_.+-").find(c) != std::string_view::npos;
    });
}

GuestDefinition strip_places(GuestDefinition definition) {
    definition.place = definition.name_place = definition.emulator_place = {};
    definition.memory_place = definition.vcpus_place = {};
    definition.os.place = definition.os.kernel_place = definition.os.initrd_place = {};
    for (auto& table : definition.system_information.tables) {
        strip(table);
        strip(table.entries);
    }
    strip(definition.system_information.fwcfg);
    strip(definition.controllers);
    strip(definition.hubs);
    strip(definition.disks);
    for (auto& disk : definition.disks) {
        disk.source_place = {};
        strip(disk.labels);
        for (auto& store : disk.backing) {
            store.source_place = {};
            strip(store.labels);
        }
    }
    strip(definition.host_devices);
    for (auto& device : definition.host_devices)
        device.rom.file_place = {};
    strip(definition.filesystems);
    for (auto& filesystem : definition.filesystems)
        filesystem.source_place = {};
    strip(definition.shared_memories);
    for (auto& memory : definition.shared_memories)
        memory.server_place = {};
    strip(definition.interfaces);
    for (auto& interface : definition.interfaces)
        interface.rom.file_place = {};
    strip(definition.characters);
    strip(definition.graphics);
    strip(definition.inputs);
    strip(definition.videos);
    strip(definition.sounds);
    strip(definition.audios);
    strip(definition.redirected);
    strip(definition.redirection_rules);
    strip(definition.smartcards);
    strip(definition.watchdogs);
    strip(definition.rngs);
    strip(definition.panics);
    strip(definition.balloon);
    strip(definition.iommu);
    strip(definition.vsock);
    strip(definition.tpm);
    strip(definition.timers);
    strip(definition.cpu.features);
    definition.cpu.place = definition.feature_details.place = definition.memory_backing.place = {};
    auto& firmware = definition.os.firmware;
    firmware.nvram_place = firmware.dtb_place = {};
    if (firmware.loader) firmware.loader->place = {};
    strip(definition.memory_modules);
    auto& pins = definition.cpu_tune;
    strip(pins.vcpu_pins);
    strip(pins.iothread_pins);
    if (pins.emulator_pin) pins.emulator_pin->place = {};
    strip(definition.block_tune.devices);
    pins.place = definition.memory_tune.place = definition.block_tune.place = {};
    definition.partition.place = {};
    strip(definition.numa_cells);
    strip(definition.vcpu_states);
    strip(definition.iothreads.listed);
    definition.iothreads.place = {};
    if (definition.max_memory) definition.max_memory->place = {};
    auto& placements = definition.numa_tune;
    if (placements.memory) placements.memory->place = {};
    for (auto& placed : placements.cells)
        placed.memory.place = {};
    strip(definition.security_labels);
    strip(definition.raw_arguments);
    strip(definition.raw_environment);
    return definition;
}

} // namespace vmwarden
