// SPDX-License-Identifier: LGPL-2.1-or-later
// -device: what waits for its kind, what nobody has taken, and the order of booting.
#include "src/base/text.h"
#include "src/native/device_reader.h"
#include "src/qemu/boot_order.h"
#include "src/qemu/drives.h"
#include "src/qemu/implied.h"
#include "src/qemu/threads.h"

#include <algorithm>

namespace vmwarden::native {

namespace {

bool settle_balloon(Import& import, Pending& device, const std::string& driver) {
    if (driver != "virtio-balloon-pci" && driver != "virtio-balloon") return false;
    auto& balloon = import.guest.balloon;
    balloon.info.model = device.virtio_model;
    if (!take_pci_place(import, device.properties, balloon.info) ||
        !take_virtio_switches(device.properties, device_switches, balloon.info))
        return false;
    const auto take = [&](std::string_view key) {
        return switch_of(device.properties.take(key).value_or(""));
    };
    balloon.autodeflate = take("deflate-on-oom");
    balloon.free_page_reporting = take("free-page-reporting");
    const auto period =
        parse_unsigned(device.properties.peek("guest-stats-polling-interval").value_or(""));
    if (period && *period != 0 && *period <= std::numeric_limits<int>::max()) {
        balloon.stats_period = static_cast<unsigned>(*period);
        device.properties.take("guest-stats-polling-interval");
    }
    device.properties.take("driver");
    take_alias(device.properties.take("id").value_or(""), balloon.info);
    import.keep_properties(*device.option, "virtio-balloon-pci", device.properties);
    import.guest.memballoon = true;
    return true;
}

// Shorter names of QEMU's that are no other device.
struct Alias {
    std::string_view name;
    std::string_view driver;
};
constexpr Alias aliases[] = {{"virtio-9p", "virtio-9p-pci"},
                             {"virtio-gpu", "virtio-gpu-pci"},
                             {"virtio-iommu", "virtio-iommu-pci"},
                             {"virtio-keyboard", "virtio-keyboard-pci"},
                             {"virtio-mouse", "virtio-mouse-pci"},
                             {"virtio-tablet", "virtio-tablet-pci"},
                             {"e1000-82540em", "e1000"}};

// Network cards have models of their own.
VirtioModel take_virtio_model(std::string& driver) {
    constexpr std::string_view older = "-transitional";
    constexpr std::string_view newer = "-non-transitional";
    if (driver.starts_with("virtio-net")) return VirtioModel::unsaid;
    const bool non = driver.ends_with(newer);
    if (!non && !driver.ends_with(older)) return VirtioModel::unsaid;
    driver.resize(driver.size() - (non ? newer : older).size());
    return non ? VirtioModel::non_transitional : VirtioModel::transitional;
}

bool read_generation_id(DeviceReader& device) {
    const auto uuid = Uuid::parse(device.take("guid").value_or(""));
    if (!uuid || !device.complete()) return false;
    device.guest().generation_id = uuid;
    return true;
}

bool read_hub(DeviceReader& device) {
    Hub hub;
    hub.place = device.place();
    if (const auto ports = device.number("ports"); ports && *ports != 8) return false;
    device.on_usb(hub.info);
    constexpr std::size_t most_hubs = 127; // addresses on a bus
    if (!device.complete() || device.guest().hubs.size() == most_hubs) return false;
    device.guest().hubs.push_back(std::move(hub));
    return true;
}

struct SingleKind {
    std::string_view driver;
    bool (*read)(DeviceReader& device);
};
constexpr SingleKind single_kinds[] = {{"usb-hub", read_hub},
                                       {"usb-host", read_host_usb},
                                       {"vfio-pci", read_vfio},
                                       {"vfio-pci-nohotplug", read_vfio},
                                       {"tpm-tis", read_tpm},
                                       {"tpm-crb", read_tpm},
                                       {"virtio-9p-pci", read_directory},
                                       {"vhost-user-fs-pci", read_virtiofs},
                                       {"ivshmem-plain", read_plain_memory},
                                       {"ivshmem-doorbell", read_doorbell},
                                       {"usb-redir", read_client_usb},
                                       {"usb-ccid", read_card_reader},
                                       {"intel-iommu", read_iommu},
                                       {"virtio-iommu-pci", read_iommu},
                                       {"vmgenid", read_generation_id},
                                       {"vmcoreinfo", read_vmcoreinfo}};

void warn_of_new_name(Import& import, const std::string& what, const std::string& id,
                      const std::string& name) {
    if (name == id || !import.kept_names(id)) return;
    import.found.warning({},
                         what + " '" + printable(id) + "' is called '" + name +
                             "' from now on, and what is kept in <qemu:commandline> still names "
                             "the former",
                         "change it there");
}

// Things that have a number in the XML are called by that.
void warn_of_renamed(Import& import) {
    for (const auto& [id, bus] : import.buses)
        if (const auto* controller = qemu::controller_at(import.guest, bus.type, bus.index))
            warn_of_new_name(import, "controller", id,
                             qemu::controller_id(import.guest, *controller));
    for (const auto& [id, number] : import.audio_numbers)
        warn_of_new_name(import, "audio back end", id, "audio" + std::to_string(number));
    for (const auto& [id, number] : import.threads)
        warn_of_new_name(import, "I/O thread", id, qemu::iothread_id(number));
}

struct Turn {
    enum Of { disk, interface, host_device };
    unsigned bootindex;
    BootDevice kind;
    Of of;
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
        turns.push_back({boot, kind_of(disks[index]), Turn::disk, index});
    for (const auto& [index, boot] : import.interface_boots)
        turns.push_back({boot, BootDevice::network, Turn::interface, index});
    for (const auto& [index, boot] : import.host_device_boots)
        turns.push_back({boot, BootDevice::hd, Turn::host_device, index});
    for (const auto& [drive, boot] : import.floppy_boots)
        for (std::size_t i = 0; i < disks.size(); ++i)
            if (disks[i].bus == DiskBus::fdc && qemu::target_index(disks[i].target) == drive)
                turns.push_back({boot, BootDevice::fd, Turn::disk, i});
    std::ranges::stable_sort(turns, {}, &Turn::bootindex);
    return turns;
}

// Whether the definition's order of kinds gives these turns.
bool keeps(const GuestDefinition& guest, const std::vector<Turn>& turns) {
    const auto order = qemu::boot_order(guest);
    unsigned expected = 1;
    for (const auto& turn : turns) {
        if (turn.of == Turn::host_device) return false; // of no kind
        const auto given =
            turn.of == Turn::disk ? order.disks[turn.index] : order.interfaces[turn.index];
        if (given != expected++) return false;
    }
    const auto given = [](const auto& places) {
        return static_cast<std::size_t>(
            std::ranges::count_if(places, [](const auto& one) { return one.has_value(); }));
    };
    return given(order.disks) + given(order.interfaces) == turns.size();
}

// Each device by itself, with its number where QEMU would take that.
void order_devices(GuestDefinition& guest, const std::vector<Turn>& turns) {
    constexpr unsigned most = 10000;
    guest.os.boot.clear();
    unsigned before = 0;
    for (const auto& turn : turns) {
        const auto order = std::max(before + 1, std::min(turn.bootindex, most));
        before = order;
        if (turn.of == Turn::disk) guest.disks[turn.index].tuning.boot_order = order;
        if (turn.of == Turn::interface) guest.interfaces[turn.index].boot_order = order;
        if (turn.of == Turn::host_device) guest.host_devices[turn.index].boot_order = order;
    }
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
    auto driver = properties->peek("driver").value_or("");
    const auto* const alias = std::ranges::find(aliases, driver, &Alias::name);
    if (alias != std::end(aliases)) driver = alias->driver;
    const auto model = take_virtio_model(driver);
    import.devices.push_back({&option, *std::move(properties), false, std::move(driver), model});
}

void settle_single_devices(Import& import) {
    for (auto& pending : import.devices) {
        const auto* const kind =
            std::ranges::find(single_kinds, pending.driver, &SingleKind::driver);
        if (pending.done || kind == std::end(single_kinds)) continue;
        DeviceReader device(import, pending);
        if (kind->read(device)) pending.done = true;
    }
}

void settle_devices(Import& import) {
    for (auto& device : import.devices) {
        if (device.done) continue;
        if (!settle_balloon(import, device, device.driver)) import.keep(*device.option);
    }
    warn_of_renamed(import);
    keep_machine_words(import);
    for (auto* pending : {&import.nodes, &import.netdevs, &import.chardevs, &import.objects,
                          &import.audiodevs, &import.fsdevs, &import.tpmdevs})
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
        const bool said = import.says_boot || import.strict_boot;
        if (!import.of_2009 && !said && guest.os.kernel.empty()) add_default_order(guest);
        return;
    }
    guest.os.boot.clear();
    for (const auto& turn : turns)
        if (std::ranges::find(guest.os.boot, turn.kind) == guest.os.boot.end())
            guest.os.boot.push_back(turn.kind);
    if (!keeps(guest, turns)) order_devices(guest, turns);
}

} // namespace vmwarden::native
