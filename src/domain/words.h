// SPDX-License-Identifier: LGPL-2.1-or-later
// The words of the format and the values they stand for: one table each, for reading and writing.
#pragma once

#include "src/domain/guest_definition.h"

#include <span>
#include <stdexcept>
#include <string_view>

namespace vmwarden::domain {

template <class T>
struct Word {
    std::string_view text;
    T value;
};

// A name or word of libvirt's that we refuse. The reason completes "X is refused: ..."; empty: it
// is not in this version.
struct NotDone {
    std::string_view name;
    std::string_view reason = {};
};

template <class T, std::size_t count>
std::string_view word_for(const Word<T> (&words)[count], T value) {
    for (const auto& word : words)
        if (word.value == value) return word.text;
    throw std::logic_error("a value without a word in domain XML");
}

inline constexpr Word<bool> yes_no[] = {{"yes", true}, {"no", false}};
inline constexpr Word<bool> on_off[] = {{"on", true}, {"off", false}};

inline constexpr Word<DomainType> domain_types[] = {{"qemu", DomainType::qemu},
                                                    {"kvm", DomainType::kvm}};
inline constexpr Word<BootDevice> boot_devices[] = {{"fd", BootDevice::fd},
                                                    {"hd", BootDevice::hd},
                                                    {"cdrom", BootDevice::cdrom},
                                                    {"network", BootDevice::network}};
inline constexpr Word<ClockOffset> clock_offsets[] = {{"utc", ClockOffset::utc},
                                                      {"localtime", ClockOffset::localtime}};
inline constexpr Word<LifecycleAction> lifecycle_actions[] = {
    {"destroy", LifecycleAction::destroy}, {"restart", LifecycleAction::restart}};

inline constexpr Word<DiskDevice> disk_devices[] = {
    {"disk", DiskDevice::disk}, {"cdrom", DiskDevice::cdrom}, {"floppy", DiskDevice::floppy}};
inline constexpr Word<DiskSource> disk_sources[] = {{"file", DiskSource::file},
                                                    {"block", DiskSource::block}};
inline constexpr Word<DiskBus> disk_buses[] = {{"ide", DiskBus::ide},       {"fdc", DiskBus::fdc},
                                               {"scsi", DiskBus::scsi},     {"sata", DiskBus::sata},
                                               {"virtio", DiskBus::virtio}, {"usb", DiskBus::usb}};
inline constexpr Word<DiskFormat> disk_formats[] = {{"raw", DiskFormat::raw},
                                                    {"qcow2", DiskFormat::qcow2}};
inline constexpr Word<DiskCache> disk_caches[] = {
    {"default", DiskCache::hypervisor_default}, {"none", DiskCache::none},
    {"writethrough", DiskCache::writethrough},  {"writeback", DiskCache::writeback},
    {"directsync", DiskCache::directsync},      {"unsafe", DiskCache::unsafe}};

inline constexpr Word<InterfaceType> interface_types[] = {{"user", InterfaceType::user},
                                                          {"network", InterfaceType::network}};
inline constexpr Word<CharacterSource> character_sources[] = {
    {"pty", CharacterSource::pty},
    {"file", CharacterSource::file},
    {"unix", CharacterSource::unix_listener},
    {"null", CharacterSource::null}};

inline constexpr Word<Input::Type> input_types[] = {{"mouse", Input::Type::mouse},
                                                    {"tablet", Input::Type::tablet},
                                                    {"keyboard", Input::Type::keyboard}};
inline constexpr Word<Input::Bus> input_buses[] = {{"ps2", Input::Bus::ps2},
                                                   {"usb", Input::Bus::usb}};

inline constexpr Word<ControllerType> controller_types[] = {{"pci", ControllerType::pci},
                                                            {"ide", ControllerType::ide},
                                                            {"sata", ControllerType::sata},
                                                            {"fdc", ControllerType::fdc}};

// A word that stands for itself.
constexpr Word<std::string_view> self(std::string_view text) {
    return {text, text};
}

} // namespace vmwarden::domain
