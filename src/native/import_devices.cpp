// SPDX-License-Identifier: LGPL-2.1-or-later
// -device: what waits for its kind, what nobody has taken, and the order of booting.
#include "src/base/text.h"
#include "src/native/import.h"
#include "src/qemu/boot_order.h"
#include "src/qemu/drives.h"
#include "src/qemu/implied.h"

#include <algorithm>

namespace vmwarden::native {

namespace {

bool settle_balloon(Import& import, Pending& device, const std::string& driver) {
    if (driver != "virtio-balloon-pci" && driver != "virtio-balloon") return false;
    auto& balloon = import.guest.balloon;
    if (!take_pci_place(import, device.properties, balloon.info) ||
        !take_virtio_switches(device.properties, device_switches, balloon.info))
        return false;
    const auto take = [&](std::string_view key) {
        return switch_of(device.properties.take(key).value_or(""));
    };
    balloon.autodeflate = take("deflate-on-oom");
    balloon.free_page_reporting = take("free-page-reporting");
    device.properties.take("driver");
    device.properties.take("id");
    import.keep_properties(*device.option, "virtio-balloon-pci", device.properties);
    import.guest.memballoon = true;
    return true;
}

// A controller has a new name: that of its type and index.
void warn_of_renamed(Import& import) {
    for (const auto& [id, bus] : import.buses) {
        const auto* controller = qemu::controller_at(import.guest, bus.type, bus.index);
        if (controller == nullptr || !import.kept_names(id)) continue;
        const auto name = qemu::controller_id(import.guest, *controller);
        if (name != id)
            import.found.warning({},
                                 "controller '" + printable(id) + "' is called '" + name +
                                     "' from now on, and what is kept in <qemu:commandline> "
                                     "still names the former",
                                 "change it there");
    }
}

struct Turn {
    unsigned bootindex;
    BootDevice kind;
    bool disk;
    std::size_t index;
};

BootDevice kind_of(const Disk& disk) {
    if (disk.device == DiskDevice::cdrom) return BootDevice::cdrom;
    return disk.device == DiskDevice::floppy ? BootDevice::fd : BootDevice::hd;
}

std::vector<Turn> turns_of(const Import& import) {
    std::vector<Turn> turns;
    const auto& disks = import.guest.disks;
    for (const auto& [index, boot] : import.disk_boots)
        turns.push_back({boot, kind_of(disks[index]), true, index});
    for (const auto& [index, boot] : import.interface_boots)
        turns.push_back({boot, BootDevice::network, false, index});
    for (const auto& [drive, boot] : import.floppy_boots)
        for (std::size_t i = 0; i < disks.size(); ++i)
            if (disks[i].bus == DiskBus::fdc && qemu::target_index(disks[i].target) == drive)
                turns.push_back({boot, BootDevice::fd, true, i});
    std::ranges::stable_sort(turns, {}, &Turn::bootindex);
    return turns;
}

// Whether the definition's order of kinds gives these turns.
bool keeps(const GuestDefinition& guest, const std::vector<Turn>& turns) {
    const auto order = qemu::boot_order(guest);
    unsigned expected = 1;
    for (const auto& turn : turns) {
        const auto given = turn.disk ? order.disks[turn.index] : order.interfaces[turn.index];
        if (given != expected++) return false;
    }
    const auto given = [](const auto& places) {
        return static_cast<std::size_t>(
            std::ranges::count_if(places, [](const auto& one) { return one.has_value(); }));
    };
    return given(order.disks) + given(order.interfaces) == turns.size();
}

// A BIOS that is told nothing tries hard disks, then floppies, then CD-ROMs.
void add_default_order(GuestDefinition& guest) {
    std::vector<BootDevice> order;
    for (const auto kind : {BootDevice::hd, BootDevice::fd, BootDevice::cdrom})
        if (std::ranges::any_of(guest.disks,
                                [&](const Disk& disk) { return kind_of(disk) == kind; }))
            order.push_back(kind);
    if (order.size() > 1 || (order.size() == 1 && order[0] != BootDevice::hd))
        guest.os.boot = order;
}

} // namespace

void import_device(Import& import, const Option& option) {
    auto properties = Properties::parse(option.value(), "driver");
    if (!properties) return import.error(option, "'" + option.text() + "' cannot be taken apart");
    import.devices.push_back({&option, *std::move(properties)});
}

void settle_devices(Import& import) {
    for (auto& device : import.devices) {
        if (device.done) continue;
        const auto driver = device.properties.peek("driver").value_or("");
        if (!settle_balloon(import, device, driver)) import.keep(*device.option);
    }
    warn_of_renamed(import);
    for (auto* pending : {&import.nodes, &import.netdevs, &import.chardevs})
        for (auto& [id, one] : *pending)
            if (!one.done && import.monitors.contains(id))
                import.drop(*one.option, "the agent holds QEMU's monitor");
            else if (!one.done)
                import.keep(*one.option);
}

void settle_boot(Import& import) {
    auto& guest = import.guest;
    const auto turns = turns_of(import);
    if (turns.empty()) {
        if (import.of_2009 && !import.says_boot) guest.os.boot = {BootDevice::hd};
        if (!import.of_2009 && !import.says_boot && guest.os.kernel.empty())
            add_default_order(guest);
        return;
    }
    guest.os.boot.clear();
    for (const auto& turn : turns)
        if (std::ranges::find(guest.os.boot, turn.kind) == guest.os.boot.end())
            guest.os.boot.push_back(turn.kind);
    if (!keeps(guest, turns))
        import.found.warning({},
                             "bootindex= orders single devices: the XML keeps the order of their "
                             "kinds, and within one that of the targets");
}

} // namespace vmwarden::native
