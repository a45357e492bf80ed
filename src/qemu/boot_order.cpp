// SPDX-License-Identifier: LGPL-2.1-or-later
#include "src/qemu/boot_order.h"

#include "src/qemu/drives.h"

#include <algorithm>

namespace vmwarden::qemu {

namespace {

DiskDevice drive_of(BootDevice device) {
    switch (device) {
    case BootDevice::fd:
        return DiskDevice::floppy;
    case BootDevice::cdrom:
        return DiskDevice::cdrom;
    case BootDevice::hd:
    case BootDevice::network:
        break;
    }
    return DiskDevice::disk;
}

// Indices of the drives of one kind, in the order of their targets.
std::vector<std::size_t> drives_in_order(const std::vector<Disk>& disks, DiskDevice device) {
    std::vector<std::size_t> found;
    for (std::size_t i = 0; i < disks.size(); ++i)
        if (disks[i].device == device) found.push_back(i);
    std::ranges::stable_sort(
        found, {}, [&](std::size_t i) { return target_index(disks[i].target).value_or(0); });
    return found;
}

bool has_own_orders(const GuestDefinition& definition) {
    return std::ranges::any_of(definition.disks,
                               [](const Disk& disk) { return disk.tuning.boot_order != 0; }) ||
           std::ranges::any_of(definition.interfaces,
                               [](const Interface& each) { return each.boot_order != 0; }) ||
           std::ranges::any_of(definition.host_devices,
                               [](const HostDevice& each) { return each.boot_order != 0; });
}

void take_own_orders(const GuestDefinition& definition, BootOrder& order) {
    const auto take = [](unsigned number, std::optional<unsigned>& place) {
        if (number != 0) place = number;
    };
    for (std::size_t i = 0; i < definition.disks.size(); ++i)
        take(definition.disks[i].tuning.boot_order, order.disks[i]);
    for (std::size_t i = 0; i < definition.interfaces.size(); ++i)
        take(definition.interfaces[i].boot_order, order.interfaces[i]);
    for (std::size_t i = 0; i < definition.host_devices.size(); ++i)
        take(definition.host_devices[i].boot_order, order.host_devices[i]);
}

} // namespace

BootOrder boot_order(const GuestDefinition& definition) {
    BootOrder order;
    order.disks.resize(definition.disks.size());
    order.interfaces.resize(definition.interfaces.size());
    order.host_devices.resize(definition.host_devices.size());
    unsigned next = 1;
    const auto number = [&](std::optional<unsigned>& place) {
        if (!place) place = next++;
    };
    if (has_own_orders(definition)) {
        take_own_orders(definition, order);
        return order;
    }
    auto devices = definition.os.boot;
    if (devices.empty()) devices.push_back(BootDevice::hd);
    for (const auto device : devices) {
        if (device == BootDevice::network)
            std::ranges::for_each(order.interfaces, number);
        else
            for (const auto i : drives_in_order(definition.disks, drive_of(device)))
                number(order.disks[i]);
    }
    return order;
}

} // namespace vmwarden::qemu
