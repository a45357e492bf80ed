// SPDX-License-Identifier: LGPL-2.1-or-later
#include "src/qemu/command_line.h"

#include "src/qemu/addresses.h"

namespace vmwarden::qemu {

Options& Options::set(std::string_view key, std::string_view value) {
    if (!text_.empty()) text_ += ',';
    text_.append(key) += '=';
    for (const char c : value) {
        text_ += c;
        if (c == ',') text_ += ',';
    }
    return *this;
}

Options& Options::set(std::string_view key, std::uint64_t value) {
    return set(key, std::to_string(value));
}

void CommandLine::raw(std::string_view name, std::string_view argument) {
    words_.emplace_back(name);
    words_.emplace_back(argument);
}

void put_switches(Json& object, const std::vector<NamedSwitch>& switches,
                  std::span<const KnownSwitch> known) {
    const bool modern_alone = object.value("driver", "").ends_with("-non-transitional");
    for (const auto& each : known)
        for (const auto& one : switches)
            if (one.name == each.name) {
                object[std::string(each.property)] = one.on;
                // Devices of before virtio 1.0 go past the IOMMU, and QEMU refuses both at once.
                if (each.name == "iommu" && one.on && !modern_alone)
                    object["disable-legacy"] = "on";
            }
}

void CommandLine::device(Json device, const DeviceInfo& info) {
    if (info.model != VirtioModel::unsaid)
        device["driver"] =
            device.value("driver", "") +
            (info.model == VirtioModel::transitional ? "-transitional" : "-non-transitional");
    put_switches(device, info.virtio, virtio_switches);
    addresses_.put(device, info);
    add("-device", device);
}

} // namespace vmwarden::qemu
