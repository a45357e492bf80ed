// SPDX-License-Identifier: LGPL-2.1-or-later
// -drive and its short forms, -blockdev, and the devices that show them to the guest.
#include "src/base/text.h"
#include "src/native/device_reader.h"
#include "src/native/disk_properties.h"
#include "src/native/images.h"
#include "src/qemu/controllers.h"
#include "src/qemu/drives.h"
#include "src/qemu/implied.h"

#include <algorithm>

namespace vmwarden::native {

namespace {

// Of the older way, where the interface says all.
struct Kind {
    std::string_view word;
    DiskBus bus;
};
constexpr Kind kinds[] = {{"ide", DiskBus::ide},
                          {"scsi", DiskBus::scsi},
                          {"virtio", DiskBus::virtio},
                          {"floppy", DiskBus::fdc}};

struct FrontEnd {
    std::string_view driver;
    DiskBus bus;
    DiskDevice device;
    bool as_drive = false; // a CD-ROM where its drive is: QEMU's of before 6.0
};
constexpr FrontEnd front_ends[] = {{"virtio-blk-pci", DiskBus::virtio, DiskDevice::disk},
                                   {"virtio-blk", DiskBus::virtio, DiskDevice::disk},
                                   {"ide-hd", DiskBus::ide, DiskDevice::disk},
                                   {"ide-cd", DiskBus::ide, DiskDevice::cdrom},
                                   {"scsi-hd", DiskBus::scsi, DiskDevice::disk},
                                   {"scsi-cd", DiskBus::scsi, DiskDevice::cdrom},
                                   {"ide-drive", DiskBus::ide, DiskDevice::disk, true},
                                   {"scsi-disk", DiskBus::scsi, DiskDevice::disk, true},
                                   {"usb-storage", DiskBus::usb, DiskDevice::disk},
                                   {"floppy", DiskBus::fdc, DiskDevice::floppy}};

std::string letters(unsigned index) {
    std::string out;
    for (unsigned rest = index + 1; rest > 0; rest = (rest - 1) / 26)
        out.insert(out.begin(), static_cast<char>('a' + (rest - 1) % 26));
    return out;
}

bool place_taken(const Import& import, DiskBus bus, unsigned index) {
    return std::ranges::any_of(import.guest.disks, [&](const Disk& disk) {
        return disk.bus == bus && qemu::target_index(disk.target) == index;
    });
}

unsigned next_place(const Import& import, DiskBus bus) {
    std::set<unsigned> taken;
    for (const auto& disk : import.guest.disks)
        if (disk.bus == bus) taken.insert(qemu::target_index(disk.target).value_or(0));
    unsigned index = 0;
    while (taken.contains(index))
        ++index;
    return index;
}

bool name_taken(const Import& import, const std::string& target) {
    return std::ranges::count(import.guest.disks, target, &Disk::target) != 0;
}

// The letters say the place; the prefix is free as long as the whole is.
std::string target_at(const Import& import, DiskBus bus, unsigned index) {
    if (bus == DiskBus::fdc) return "fd" + letters(index);
    const std::string usual = bus == DiskBus::ide ? "hd" : bus == DiskBus::virtio ? "vd" : "sd";
    for (const auto& prefix : {usual, std::string("sd"), std::string("hd"), std::string("vd")})
        if (!name_taken(import, prefix + letters(index))) return prefix + letters(index);
    return usual + letters(index);
}

void place(Import& import, const Option& option, Disk& disk, std::optional<unsigned> index) {
    if (index && place_taken(import, disk.bus, *index))
        import.error(option, "'" + option.text() + "' has the place of another drive",
                     "give each its own index");
    disk.target = target_at(import, disk.bus, index.value_or(next_place(import, disk.bus)));
}

void warn_of_format(Import& import, const Option& option, const Disk& disk, bool said) {
    if (said || disk.device != DiskDevice::disk || disk.type == DiskSource::block) return;
    import.warn(option,
                "the format of '" + printable(disk.source) + "' is not said: raw is assumed",
                "QEMU would guess, which lets a guest choose; write format=qcow2 if it is one");
}

void add(Import& import, const Option& option, Disk disk) {
    disk.place = disk.source_place = option.word.place;
    if (disk.device == DiskDevice::cdrom) disk.readonly = true;
    import.guest.disks.push_back(std::move(disk));
}

// Where a drive goes that says an interface, or none.
std::optional<DiskBus> bus_of(const Import& import, const std::string& word) {
    if (word == "ide" && import.is_q35()) return DiskBus::sata;
    for (const auto& kind : kinds)
        if (kind.word == word) return kind.bus;
    return std::nullopt;
}

std::string default_interface(const Import& import) {
    const auto& machine = import.guest.os.machine;
    const bool pc = machine.empty() || machine == "isapc" || machine == "pc" ||
                    machine.starts_with("pc-") || import.is_q35();
    return pc ? "ide" : "virtio";
}

std::optional<unsigned> index_of(Import& import, const Option& option, Properties& drive,
                                 DiskBus bus) {
    if (const auto index = drive.take("index")) return import.number(option, *index);
    const auto unit = drive.take("unit");
    const auto channel = drive.take("bus");
    if (!unit && !channel) return std::nullopt;
    import.modern();
    const auto per_channel = bus == DiskBus::ide ? 2U : 1U;
    return import.number(option, channel.value_or("0")).value_or(0) * per_channel +
           import.number(option, unit.value_or("0")).value_or(0);
}

// How the definition's words of caching come apart in a node and its device.
std::optional<DiskCache> cache_of(const Image& image, const std::optional<std::string>& device) {
    if (!image.direct && !image.no_flush && !device) return image.disk.cache;
    const bool direct = image.direct.value_or(false);
    const bool no_flush = image.no_flush.value_or(false);
    const bool write_cache = !device || switch_of(*device).value_or(true);
    if (no_flush) return direct || !write_cache ? std::nullopt : std::optional(DiskCache::unsafe);
    if (direct) return write_cache ? DiskCache::none : DiskCache::directsync;
    return write_cache ? DiskCache::writeback : DiskCache::writethrough;
}

// A device of one of our front ends, on its way into the definition.
class DiskDeviceReader {
  public:
    DiskDeviceReader(Import& import, Pending& device, const FrontEnd& front_end)
      : import_(import)
      , device_(device)
      , properties_(device.properties)
      , front_end_(front_end) {}

    void read() {
        Image image;
        image.disk.device = front_end_.device;
        const auto drive = properties_.take("drive");
        if (drive && !read_image(import_, *drive, image)) return;
        image.disk.bus = bus();
        // What a USB stick shows is a hard disk.
        if (front_end_.bus == DiskBus::usb && image.disk.device == DiskDevice::cdrom) return;
        if (!front_end_.as_drive) image.disk.device = front_end_.device;
        if (!on_known_controller()) return;
        const auto cache = cache_of(image, properties_.peek("write-cache"));
        if (!cache) return;
        image.disk.cache = *cache;
        properties_.take("write-cache");
        take_own(image.disk);
        image.disk.info.model = device_.virtio_model;
        const auto index = take_place(image.disk);
        warn_of_format(import_, *device_.option, image.disk, image.format_said || !drive);
        name(image.disk, drive.value_or(""), index);
        settle_tuning(image, *device_.option);
        const auto& disk = image.disk;
        if (can_be_defined(import_, [&](auto& probe) {
                probe.disks = {disk};
                probe.iothreads = import_.guest.iothreads;
            }))
            finish(std::move(image));
    }

  private:
    Import& import_;
    Pending& device_;
    Properties& properties_;
    const FrontEnd& front_end_;

    DiskBus bus() {
        const auto on = properties_.peek("bus").value_or("");
        if (front_end_.bus != DiskBus::ide) return front_end_.bus;
        // A q35 has an AHCI of its own, whose buses are called ide; we call it SATA, unless another
        // one is beside it.
        const bool own = on.empty() || on.starts_with("ide.");
        if (own && import_.is_q35()) return has_first_ahci() ? DiskBus::ide : DiskBus::sata;
        return own ? DiskBus::ide : DiskBus::sata;
    }

    // Beside the one that a q35 has of its own.
    [[nodiscard]] bool has_other_ahci() const {
        return std::ranges::any_of(import_.guest.controllers, [](const Controller& each) {
            return each.type == ControllerType::sata && each.index != 0;
        });
    }
    [[nodiscard]] bool has_first_ahci() const {
        return std::ranges::any_of(import_.guest.controllers, [](const Controller& each) {
            return each.type == ControllerType::sata && each.index == 0;
        });
    }

    // A controller that the definition has no word for keeps its drives with it.
    bool on_known_controller() {
        const auto on = properties_.peek("bus").value_or("");
        if (on.empty() || front_end_.bus == DiskBus::virtio || front_end_.bus == DiskBus::fdc)
            return true;
        if (front_end_.bus == DiskBus::ide && on.starts_with("ide.")) return true;
        const auto controller = import_.bus(on);
        if (!controller) return front_end_.bus == DiskBus::usb && on.starts_with("usb-bus.");
        if (front_end_.bus == DiskBus::ide) return controller->type == ControllerType::sata;
        return controller->type == qemu::controller_of(front_end_.bus);
    }

    void take_own(Disk& disk) {
        if (const auto serial = properties_.take("serial")) disk.serial = *serial;
        if (const auto shared = properties_.take("share-rw"))
            disk.shareable = switch_of(*shared).value_or(false);
        const auto device_id = properties_.peek("device_id");
        if (device_id && disk.serial.starts_with(*device_id)) properties_.take("device_id");
        take_disk_properties(import_, properties_, disk);
        properties_.take("driver");
        take_alias(properties_.peek("id").value_or(""), disk.info);
    }

    // The number that the target's letters stand for, where the place is one of those they can
    // say; any other place is an address.
    std::optional<unsigned> take_place(Disk& disk) {
        if (disk.bus == DiskBus::virtio || disk.bus == DiskBus::usb) {
            const bool placed = disk.bus == DiskBus::virtio
                                    ? take_pci_place(import_, properties_, disk.info)
                                    : take_usb_place(import_, properties_, disk.info);
            if (!placed)
                import_.drop(*device_.option, "its address is assigned at start",
                             "the rest of it is in the XML");
            for (const auto* key : {"bus", "addr", "port"})
                properties_.take(key);
            return std::nullopt;
        }
        const auto on = properties_.take("bus");
        const auto unit = number("unit");
        if (disk.bus == DiskBus::fdc) return unit;
        const auto controller = import_.bus(on.value_or(""));
        const auto index = controller ? controller->index : 0;
        if (disk.bus == DiskBus::scsi) return take_scsi_place(disk, index);
        if (!on) return std::nullopt;
        const auto channel = import_.number(*device_.option, on->substr(on->rfind('.') + 1));
        if (!channel) return std::nullopt;
        if (disk.bus == DiskBus::ide) return *channel * 2 + unit.value_or(0);
        if (index == 0 && !has_other_ahci()) return *channel;
        disk.info.address = DriveAddress{.controller = index, .unit = *channel};
        return std::nullopt;
    }

    // Of a controller without logical units.
    [[nodiscard]] bool unit_is_target(unsigned index) const {
        const auto* controller = qemu::controller_at(import_.guest, ControllerType::scsi, index);
        return controller != nullptr && qemu::scsi_kind_of(*controller).unit_is_target;
    }

    std::optional<unsigned> number(const char* key) {
        const auto text = properties_.take(key);
        return text ? import_.number(*device_.option, *text) : std::nullopt;
    }

    std::optional<unsigned> take_scsi_place(Disk& disk, unsigned index) {
        const auto channel = number("channel");
        const auto target = number("scsi-id");
        if (target && unit_is_target(index)) {
            disk.info.address =
                DriveAddress{.controller = index, .bus = 0, .target = 0, .unit = *target};
            properties_.take("lun"); // there is none but 0
            return std::nullopt;
        }
        const auto lun = number("lun");
        const bool first = lun.value_or(0) == 0 && channel.value_or(0) == 0 && index == 0;
        if (first || !(target || lun)) return target;
        disk.info.address = DriveAddress{.controller = index,
                                         .bus = channel.value_or(0),
                                         .target = target.value_or(0),
                                         .unit = lun.value_or(0)};
        return std::nullopt;
    }

    // Its own name where it has one that a target could have.
    void name(Disk& disk, const std::string& drive, std::optional<unsigned> index) {
        const auto id = properties_.take("id").value_or("");
        for (const auto& wish : {drive, id.starts_with("disk-") ? id.substr(5) : std::string()}) {
            const auto place = qemu::target_index(wish);
            const bool usual = wish.size() > 2 && wish[1] == 'd' && place &&
                               (!index || place == index) &&
                               (disk.bus == DiskBus::fdc) == wish.starts_with("fd");
            if (!usual || name_taken(import_, wish) || place_taken(import_, disk.bus, *place))
                continue;
            disk.target = wish;
            return;
        }
        // Controllers become one: a place may be taken that was free on another.
        if (index && place_taken(import_, disk.bus, *index)) index.reset();
        place(import_, *device_.option, disk, index);
    }

    void finish(Image image) {
        if (const auto boot = properties_.take("bootindex"))
            if (const auto number = import_.number(*device_.option, *boot))
                import_.disk_boots[import_.guest.disks.size()] = *number;
        import_.keep_properties(*device_.option, std::string(front_end_.driver), properties_);
        for (auto* node : image.nodes)
            node->done = true;
        device_.done = true;
        tell_left_out(import_, image);
        add(import_, *device_.option, std::move(image.disk));
    }
};

void import_short(Import& import, const Option& option, DiskBus bus, unsigned index,
                  DiskDevice device) {
    Disk disk;
    disk.device = device;
    disk.bus = bus == DiskBus::ide && import.is_q35() ? DiskBus::sata : bus;
    if (!set_source(import, option, option.value(), disk)) return import.keep(option);
    warn_of_format(import, option, disk, false);
    place(import, option, disk, index);
    add(import, option, std::move(disk));
}

} // namespace

void import_image(Import& import, const Option& option) {
    const auto& name = option.name;
    if (name == "cdrom") return import_short(import, option, DiskBus::ide, 2, DiskDevice::cdrom);
    const auto index = static_cast<unsigned>(name.back() - 'a');
    if (name.starts_with("fd"))
        return import_short(import, option, DiskBus::fdc, index, DiskDevice::floppy);
    import_short(import, option, DiskBus::ide, index, DiskDevice::disk);
}

void import_usb_disk(Import& import, const Option& option, const std::string& path) {
    Disk disk;
    disk.bus = DiskBus::usb;
    if (!set_source(import, option, path, disk)) return import.keep(option);
    warn_of_format(import, option, disk, false);
    place(import, option, disk, std::nullopt);
    add(import, option, std::move(disk));
}

void import_drive(Import& import, const Option& option) {
    auto drive = Properties::parse(option.value());
    if (!drive) return import.error(option, "'" + option.text() + "' cannot be taken apart");
    const auto interface = drive->take("if").value_or(default_interface(import));
    if (interface == "none") {
        import.modern();
        drive->take("index"); // of no interface
        const auto id = drive->peek("id").value_or("");
        if (!import.nodes.emplace(id, Pending{&option, *drive}).second)
            import.error(option, "two drives have the id '" + printable(id) + "'");
        return;
    }
    if (interface == "pflash") {
        import.modern();
        import.flashes.push_back({&option, *std::move(drive)});
        return;
    }
    const auto bus = bus_of(import, interface);
    if (!bus) return import.keep(option);
    Pending pending{&option, *std::move(drive)};
    Image image;
    image.disk.bus = *bus;
    const auto index = index_of(import, option, pending.properties, *bus);
    if (!read_drive(import, pending, image)) return import.keep(option, image.why);
    if (*bus == DiskBus::fdc) image.disk.device = DiskDevice::floppy;
    if (image.disk.device == DiskDevice::cdrom && *bus == DiskBus::virtio)
        return import.keep(option);
    settle_tuning(image, option);
    warn_of_format(import, option, image.disk, image.format_said);
    tell_left_out(import, image);
    place(import, option, image.disk, index);
    add(import, option, std::move(image.disk));
}

void import_blockdev(Import& import, const Option& option) {
    auto node = Properties::parse(option.value(), "driver");
    if (!node) return import.error(option, "'" + option.text() + "' cannot be taken apart");
    const auto name = node->peek("node-name").value_or("");
    if (name.empty()) return import.error(option, "'" + option.text() + "' has no node-name");
    if (!import.nodes.emplace(name, Pending{&option, *std::move(node)}).second)
        import.error(option, "two drives have the name '" + printable(name) + "'");
}

void settle_drives(Import& import) {
    for (auto& device : import.devices) {
        for (const auto& front_end : front_ends)
            if (front_end.driver == device.driver && !device.done)
                DiskDeviceReader(import, device, front_end).read();
    }
}

} // namespace vmwarden::native
