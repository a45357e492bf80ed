// SPDX-License-Identifier: LGPL-2.1-or-later
#include "src/qemu/drives.h"

#include "src/domain/network_source.h"
#include "src/qemu/command_line.h"
#include "src/qemu/drive_tuning.h"

#include <algorithm>
#include <array>
#include <stdexcept>

namespace vmwarden::qemu {

namespace {

// What QEMU makes of each cache mode: three switches in two places.
struct CacheSwitches {
    bool direct = false;     // past the host's page cache
    bool no_flush = false;   // the guest's flushes are dropped
    bool write_cache = true; // the guest sees a volatile write cache, and flushes
};

std::optional<CacheSwitches> switches_of(DiskCache cache) {
    switch (cache) {
    case DiskCache::none:
        return CacheSwitches{.direct = true};
    case DiskCache::writethrough:
        return CacheSwitches{.write_cache = false};
    case DiskCache::writeback:
        return CacheSwitches{};
    case DiskCache::directsync:
        return CacheSwitches{.direct = true, .write_cache = false};
    case DiskCache::unsafe:
        return CacheSwitches{.no_flush = true};
    case DiskCache::hypervisor_default:
        break;
    }
    return std::nullopt;
}

bool read_only(const Disk& disk) {
    return disk.transient || disk.readonly || disk.device == DiskDevice::cdrom;
}

// The names of an image's nodes begin with this: "vda" the disk's own, "vda-1" what backs it.
std::string node_name(const Disk& disk, std::size_t level) {
    return level == 0 ? disk.target : disk.target + "-" + std::to_string(level);
}

// Options that all nodes of an image carry. What backs another is only read.
Json node(std::string_view driver, const std::string& name, const Disk& disk, std::size_t level) {
    Json json{
        {"driver", driver}, {"node-name", name}, {"read-only", level != 0 || read_only(disk)}};
    if (const auto cache = switches_of(disk.cache))
        json["cache"] = {{"direct", cache->direct}, {"no-flush", cache->no_flush}};
    set_node_tuning(json, disk.tuning, level);
    return json;
}

void add_server(CommandLine& command, const std::string& name, const std::string& url,
                const Disk& disk, std::size_t level) {
    const auto source = network_source(url);
    if (!source) throw std::invalid_argument("modern_argv: no URL of a disk");
    auto file = node(source->protocol, name, disk, level);
    if (source->protocol == "nbd") {
        auto host = source->host;
        if (host.starts_with('[')) host = host.substr(1, host.size() - 2);
        file["server"] = {{"type", "inet"},
                          {"host", host},
                          {"port", source->port.empty() ? "10809" : source->port}};
        if (!source->name.empty()) file["export"] = source->name;
    } else {
        file["url"] = url;
    }
    file["auto-read-only"] = false;
    command.add("-blockdev", file);
}

// As a whole disk with one partition, or as a floppy.
void add_directory(CommandLine& command, const std::string& name, const std::string& path,
                   const Disk& disk) {
    auto file = node("vvfat", name, disk, 0);
    file["dir"] = path;
    if (disk.device == DiskDevice::floppy) file["floppy"] = true;
    file["auto-read-only"] = false;
    command.add("-blockdev", file);
}

void add_file(CommandLine& command, const std::string& name, const std::string& path,
              DiskSource type, const Disk& disk, std::size_t level) {
    if (type == DiskSource::network) return add_server(command, name, path, disk, level);
    if (type == DiskSource::directory) return add_directory(command, name, path, disk);
    auto file = node(type == DiskSource::block ? "host_device" : "file", name, disk, level);
    file["filename"] = path;
    if (const auto aio = aio_of(disk.tuning.io); !aio.empty()) file["aio"] = aio;
    // Never what the plan does not say: no silent fall-back to read-only.
    file["auto-read-only"] = false;
    file["locking"] = "auto";
    command.add("-blockdev", file);
}

void add_image(CommandLine& command, const Disk& disk, const std::vector<Image>& images,
               std::size_t level, bool open_end) {
    const auto& image = images[level];
    const auto name = node_name(disk, level);
    add_file(command, name + "-file", image.path, image.type, disk, level);
    if (!image.data.empty())
        add_file(command, name + "-data", image.data, image.data_type, disk, level);

    const bool qcow2 = image.format == DiskFormat::qcow2;
    auto format = node(qcow2 ? "qcow2" : "raw", name, disk, level);
    format["file"] = name + "-file";
    if (qcow2 && level == 0 && disk.tuning.metadata_cache != 0)
        format["cache-size"] = disk.tuning.metadata_cache;
    if (!image.data.empty()) format["data-file"] = name + "-data";
    // Said wherever the end is known, so that an image's header cannot make QEMU open another file.
    if (qcow2 && level + 1 < images.size())
        format["backing"] = node_name(disk, level + 1);
    else if (qcow2 && !open_end)
        format["backing"] = nullptr;
    command.add("-blockdev", format);
}

std::string overlay_node(const Disk& disk) {
    return disk.target + "-overlay";
}

// QEMU opens it as one of its descriptor sets (qemu(1), -add-fd).
void add_overlay(CommandLine& command, const Disk& disk, int fd) {
    const auto number = std::to_string(fd);
    command.add("-add-fd", Options().set("fd", number).set("set", number));
    const auto name = overlay_node(disk);
    Json file{{"driver", "file"},        {"node-name", name + "-file"},
              {"read-only", false},      {"filename", "/dev/fdset/" + number},
              {"auto-read-only", false}, {"locking", "off"}}; // nobody else can open it
    Json format{{"driver", "qcow2"}, {"node-name", name}, {"read-only", false}};
    for (auto* json : {&file, &format})
        if (const auto cache = switches_of(disk.cache))
            (*json)["cache"] = {{"direct", cache->direct}, {"no-flush", cache->no_flush}};
    if (const auto aio = aio_of(disk.tuning.io); !aio.empty()) file["aio"] = aio;
    command.add("-blockdev", file);
    format["file"] = name + "-file";
    format["backing"] = disk.target;
    command.add("-blockdev", format);
}

std::vector<Image> declared_images(const Disk& disk) {
    std::vector<Image> images{{disk.source, disk.type, disk.format}};
    for (const auto& store : disk.backing)
        images.push_back({store.source, store.type, store.format});
    return images;
}

std::string copy_node(const Disk& disk) {
    return disk.target + "-copies";
}

std::string node_below_copies(const Disk& disk) {
    return disk.tuning.limits ? throttle_node(disk.target)
           : disk.transient   ? overlay_node(disk)
                              : disk.target;
}

bool copies_on_read(const Disk& disk) {
    return disk.tuning.copy_on_read == true && !disk.source.empty();
}

// From the bottom up: a node can only name one that is there.
void add_images(CommandLine& command, const Disk& disk, const std::vector<Image>& images,
                bool open_end, std::optional<int> overlay) {
    for (std::size_t level = images.size(); level-- != 0;)
        add_image(command, disk, images, level, open_end);
    if (overlay) add_overlay(command, disk, *overlay);
    if (disk.tuning.limits)
        add_throttle(command, disk.target, overlay ? overlay_node(disk) : disk.target,
                     *disk.tuning.limits);
    if (copies_on_read(disk))
        command.add("-blockdev", Json{{"driver", "copy-on-read"},
                                      {"node-name", copy_node(disk)},
                                      {"file", node_below_copies(disk)}});
}

std::string_view front_end(const Disk& disk) {
    const bool cdrom = disk.device == DiskDevice::cdrom;
    switch (disk.bus) {
    case DiskBus::fdc:
        return "floppy";
    case DiskBus::scsi:
        return cdrom ? "scsi-cd" : "scsi-hd";
    case DiskBus::virtio:
        return "virtio-blk-pci";
    case DiskBus::usb:
        return "usb-storage";
    case DiskBus::ide:
    case DiskBus::sata:
        break;
    }
    return cdrom ? "ide-cd" : "ide-hd";
}

// QEMU takes a SCSI disk's serial number for its device_id as well. Of one longer than this QEMU 7
// takes the beginning; QEMU 10 refuses it, so it is told what 7 does.
constexpr std::size_t longest_default_device_id = 20;

void add_front_end(CommandLine& command, const Disk& disk, std::optional<unsigned> bootindex) {
    Json device{{"driver", front_end(disk)}, {"id", "disk-" + disk.target}};
    if (!disk.source.empty())
        device["drive"] = copies_on_read(disk) ? copy_node(disk) : node_below_copies(disk);
    if (const auto cache = switches_of(disk.cache))
        device["write-cache"] = cache->write_cache ? "on" : "off";
    if (disk.shareable) device["share-rw"] = true;
    const auto serial = disk.serial.substr(0, shown_serial(disk.bus));
    if (!serial.empty()) device["serial"] = serial;
    if (disk.bus == DiskBus::scsi && serial.size() > longest_default_device_id)
        device["device_id"] = serial.substr(0, longest_default_device_id);
    set_device_tuning(device, disk.tuning);
    if (bootindex && disk.bus != DiskBus::fdc) device["bootindex"] = *bootindex;
    command.device(device, disk.info);
}

unsigned floppy_drive(const Disk& disk) {
    const auto* address = address_as<DriveAddress>(disk.info);
    return address != nullptr ? address->unit : target_index(disk.target).value_or(0);
}

// Floppy drives have no bootindex of their own, their controller has one for each; an i440fx
// creates it before any -device.
void add_floppy_boot(CommandLine& command, unsigned drive, unsigned bootindex) {
    command.add("-global", Options()
                               .set("driver", "isa-fdc")
                               .set("property", drive == 0 ? "bootindexA" : "bootindexB")
                               .set("value", bootindex));
}

std::optional<int> overlay_of(const CommandContext& context, std::size_t disk) {
    const auto found = context.overlay_fds.find(disk);
    return found == context.overlay_fds.end() ? std::nullopt : std::optional(found->second);
}

} // namespace

std::optional<unsigned> target_index(std::string_view target) {
    constexpr std::array<std::string_view, 6> prefixes = {"hd", "sd", "vd", "fd", "xvd", "ubd"};
    const auto* prefix = std::ranges::find_if(
        prefixes, [&](std::string_view known) { return target.starts_with(known); });
    if (prefix == prefixes.end()) return std::nullopt;
    const auto letters = target.substr(prefix->size());
    if (letters.empty() || letters.size() > 3) return std::nullopt;
    unsigned index = 0;
    for (const char c : letters) {
        if (c < 'a' || c > 'z') return std::nullopt;
        index = index * 26 + static_cast<unsigned>(c - 'a') + 1;
    }
    return index - 1;
}

void add_drives(CommandLine& command, const BootOrder& boot, const GuestDefinition& definition,
                const CommandContext& context) {
    for (std::size_t i = 0; i < definition.disks.size(); ++i) {
        const auto& disk = definition.disks[i];
        const auto known = context.images.find(i);
        const bool decided = known != context.images.end();
        if (!disk.source.empty())
            add_images(command, disk, decided ? known->second : declared_images(disk),
                       context.by_hand && !decided && !disk.chain_ends, overlay_of(context, i));
        add_front_end(command, disk, boot.disks[i]);
        if (boot.disks[i] && disk.bus == DiskBus::fdc)
            add_floppy_boot(command, floppy_drive(disk), *boot.disks[i]);
    }
}

} // namespace vmwarden::qemu
