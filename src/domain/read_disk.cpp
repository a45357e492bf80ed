// SPDX-License-Identifier: LGPL-2.1-or-later
#include "src/domain/network_source.h"
#include "src/domain/read_images.h"
#include "src/domain/readers.h"
#include "src/domain/values.h"

#include <algorithm>

namespace vmwarden::domain {

namespace {

constexpr NotDone devices_refused[] = {{"lun", "raw SCSI commands to the host are not passed on"}};
constexpr NotDone buses_refused[] = {{"xen", "only Xen guests have one"},
                                     {"uml", "only QEMU is launched here"},
                                     {"sd", "a PC has no slot for such a card"},
                                     {"nvme", "use virtio, or scsi"}};
constexpr std::string_view no_commands = "raw SCSI commands to the host are not passed on";
constexpr NotDone attributes_refused[] = {{"rawio", no_commands}, {"sgio", no_commands}};
constexpr NotDone attributes_aside[] = {{"snapshot", "snapshots are not made here"}};
constexpr NotDone children_refused[] = {{"auth", "passwords are not kept for guests"},
                                        {"backenddomain", "only Xen guests have one"},
                                        {"encryption",
                                         "there are no secrets for guests in this version: encrypt "
                                         "the host's disk"},
                                        {"throttlefilters", "each disk has limits of its own"}};
constexpr NotDone children_aside[] = {
    {"mirror", "only a running guest has one: the disk is what <source> says"}};
constexpr NotDone driver_refused[] = {
    {"discard_no_unref", "QEMU has it since 8.1, and no emulator is asked before a start"},
    {"max_bufsize", "only vhost-user disks have one"}};
constexpr NotDone driver_children_refused[] = {
    {"iothreads", "one I/O thread serves a disk"},
    {"statistics", "how often a disk was slow is not counted"}};
constexpr NotDone target_refused[] = {
    {"dpofua", "QEMU has it since 7.2, and no emulator is asked before a start"}};
constexpr Word<bool> trays[] = {{"closed", false}, {"open", true}};

constexpr std::uint64_t most_cache = 1024ULL * 1024 * 1024;

struct Prefix {
    std::string_view letters;
    DiskBus bus;
};
// libvirt's own inference.
constexpr Prefix prefixes[] = {
    {"hd", DiskBus::ide}, {"sd", DiskBus::scsi}, {"vd", DiskBus::virtio}, {"fd", DiskBus::fdc}};

const Prefix* prefix_of(std::string_view target) {
    const auto* const found =
        std::find_if(std::begin(prefixes), std::end(prefixes),
                     [&](const Prefix& prefix) { return target.starts_with(prefix.letters); });
    return found == std::end(prefixes) ? nullptr : found;
}

constexpr std::size_t longest_serial = 255;

void read_metadata_cache(ElementReader& cache, Disk& disk) {
    constexpr std::uint64_t least = 64ULL * 1024; // a cluster
    const bool given = cache.child("max_size", [&](ElementReader& size) {
        const auto unit = size.attribute("unit");
        const auto number = size.trimmed_text();
        // Without a unit it counts bytes.
        const auto bytes =
            unit ? memory_from(number, unit, size.report()).value_or(Bytes{}).count
                 : number_from(number, "max_size", least, most_cache, size.report()).value_or(0);
        disk.tuning.metadata_cache = bytes;
        if (bytes != 0 && (bytes < least || bytes > most_cache))
            size.error(number.at, "this cache has 64 KiB to 1 GiB",
                       "write <max_size unit='MiB'>16</max_size>");
    });
    if (!given)
        cache.error(cache.at(), "<metadata_cache> says no size",
                    "write <max_size unit='MiB'>16</max_size>");
    if (disk.format != DiskFormat::qcow2)
        cache.error(cache.at(), "only a qcow2 image has metadata to remember", "remove it");
}

void read_driver(ElementReader& driver, Disk& disk, const GuestDefinition& guest) {
    driver.expect("name", "qemu", "QEMU itself reads the image");
    if (disk.type == DiskSource::directory)
        driver.expect("type", "fat", "a directory is shown as a FAT file system");
    else if (const auto format = driver.word("type", disk_formats, image_formats_refused))
        disk.format = *format;
    if (const auto cache = driver.word("cache", disk_caches)) disk.cache = *cache;
    read_driver_tuning(driver, disk, guest);
    disk.tuning.copy_on_read = driver.word("copy_on_read", on_off);
    driver.child("metadata_cache", [&](ElementReader& cache) { read_metadata_cache(cache, disk); });
    disk.info.virtio = read_switches(driver, virtio_switches);
    driver.refuse_attributes(driver_refused);
    driver.refuse_children(driver_children_refused);
}

void check_bus(ElementReader& target, const Value& name, const Disk& disk) {
    if ((disk.bus == DiskBus::fdc) != (disk.device == DiskDevice::floppy))
        target.error(name.at,
                     disk.bus == DiskBus::fdc ? "only a floppy can be on bus 'fdc'"
                                              : "a floppy must be on bus 'fdc'",
                     disk.bus == DiskBus::fdc ? "write device='floppy', or another target"
                                              : "write <target dev='fda' bus='fdc'/>");
    if ((disk.bus == DiskBus::fdc) != name.text.starts_with("fd"))
        target.error(name.at,
                     "target " + in_quotes(name.text) + " does not fit bus '" +
                         std::string(word_for(disk_buses, disk.bus)) + "'",
                     "targets on bus 'fdc' are fda and fdb");
    if (disk.bus == DiskBus::virtio && disk.device == DiskDevice::cdrom)
        target.error(name.at, "a cdrom cannot be on bus 'virtio'",
                     "write bus='sata', or bus='ide' on machine pc");
}

// One clash is enough to say: a hostile file must not get as many as there are pairs.
void check_target_is_free(ElementReader& target, const Value& name, const GuestDefinition& guest) {
    for (const auto& other : guest.disks)
        if (other.target == name.text)
            return target.error(name.at,
                                "target " + in_quotes(name.text) + " is already the disk of line " +
                                    std::to_string(other.place.line),
                                "give each disk its own target");
}

void read_target(ElementReader& target, Disk& disk, const GuestDefinition& guest) {
    const auto bus = target.attribute("bus");
    const auto stated = target.word("bus", disk_buses, buses_refused);
    disk.tuning.rotation_rate = read_rotation_rate(target);
    const auto removable_at = target.attribute("removable");
    disk.tuning.removable = target.word("removable", on_off);
    const auto tray_at = target.attribute("tray");
    if (target.word("tray", trays) == true)
        target.error(tray_at->at, "a tray that is open has nothing in it",
                     "remove <source>, or write tray='closed'");
    target.refuse_attributes(target_refused);
    const auto name = target.required_attribute("dev");
    if (!name) return;
    if (!drive_index(name->text))
        return target.error(name->at, "target " + in_quotes(name->text) + " is no drive's name",
                            "write hda, sda, vda, fda, ...");
    if (bus && !stated) return;
    disk.target = name->text;
    disk.bus = stated.value_or(prefix_of(name->text)->bus);
    if (removable_at && disk.bus != DiskBus::usb)
        target.error(removable_at->at, "only a disk on bus 'usb' can be removable", "remove it");
    check_bus(target, *name, disk);
    check_target_is_free(target, *name, guest);
}

DeviceInfo read_info(ElementReader& disk, DiskBus bus) {
    switch (bus) {
    case DiskBus::virtio:
        return read_device_info(disk, {AddressKind::pci});
    case DiskBus::usb:
        return read_device_info(disk, {AddressKind::usb});
    case DiskBus::ide:
    case DiskBus::fdc:
    case DiskBus::scsi:
    case DiskBus::sata:
        break;
    }
    return read_device_info(disk, {AddressKind::drive});
}

void read_serial_number(ElementReader& serial, Disk& disk) {
    const auto value = serial.trimmed_text();
    const bool fits =
        !value.text.empty() && std::all_of(value.text.begin(), value.text.end(), [](char c) {
            return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                   std::string_view(" _.+-").find(c) != std::string_view::npos;
        });
    if (!fits)
        return serial.error(value.at, "serial number " + in_quotes(value.text) + " cannot be used",
                            "use letters, digits, blanks and '_.+-'");
    if (disk.device == DiskDevice::floppy)
        return serial.error(serial.at(), "a floppy has no serial number", "remove it");
    disk.serial = line_from(value, "serial number", longest_serial, serial.report()).value_or("");
    const auto shown = shown_serial(disk.bus);
    if (disk.serial.size() > shown)
        serial.report().warning(value.at,
                                "the guest sees the first " + std::to_string(shown) +
                                    " bytes of this serial number",
                                "a device on this bus has no room for more");
}

void read_transient(ElementReader& element, Disk& disk) {
    disk.transient = true;
    disk.share_backing = element.word("shareBacking", yes_no);
    const bool plain = disk.device == DiskDevice::disk && !disk.readonly && !disk.shareable &&
                       disk.type != DiskSource::network && disk.type != DiskSource::directory;
    if (!plain)
        element.error(element.at(), "only a hard disk of the guest's own can be transient",
                      "remove <transient/>, or <readonly/> and <shareable/>");
}

std::string_view how_to_name(DiskSource type) {
    switch (type) {
    case DiskSource::block:
        return "write <source dev='/dev/...'/>";
    case DiskSource::network:
        return "write <source protocol='nbd' name='export'><host name='server'/></source>";
    case DiskSource::directory:
        return "write <source dir='/...'/>";
    case DiskSource::file:
        break;
    }
    return "write <source file='/...'/>";
}

// What cannot be looked at before the start must not say what else is opened.
void check_network(ElementReader& element, const Disk& disk) {
    const auto source = network_source(disk.source);
    if (source && is_read_only(*source) && !disk.readonly)
        element.error(element.at(), "protocol '" + std::string(source->protocol) + "' only reads",
                      "write <readonly/>");
    if (disk.format == DiskFormat::qcow2 && disk.backing.empty() && !disk.chain_ends)
        element.error(element.at(), "what backs an image on a server must be said",
                      "write <backingStore/> if nothing does");
    if (disk.tuning.io != DiskIo::unsaid)
        element.error(element.at(), "'io' is about files and block devices", "remove it");
}

// QEMU could write to it, in a way that it calls experimental, and damage what is there.
void check_directory(ElementReader& element, const Disk& disk) {
    if (!disk.readonly)
        element.error(element.at(), "a disk of type='dir' is only read", "write <readonly/>");
    if (disk.tuning.io != DiskIo::unsaid)
        element.error(element.at(), "'io' is about files and block devices", "remove it");
}

} // namespace

std::optional<unsigned> drive_index(std::string_view target) {
    constexpr std::size_t longest_suffix = 3;
    if (prefix_of(target) == nullptr) return std::nullopt;
    const auto letters = target.substr(2);
    if (letters.empty() || letters.size() > longest_suffix) return std::nullopt;
    unsigned number = 0;
    for (const char letter : letters) {
        if (letter < 'a' || letter > 'z') return std::nullopt;
        number = number * 26 + static_cast<unsigned>(letter - 'a') + 1;
    }
    return number - 1;
}

void read_disk(ElementReader& element, GuestDefinition& guest) {
    Disk disk;
    disk.place = element.place();
    const bool typed = element.attribute("type").has_value();
    const auto type = element.word("type", disk_sources, image_types_refused);
    disk.type = type.value_or(DiskSource::file);
    disk.device = element.word("device", disk_devices, devices_refused).value_or(DiskDevice::disk);
    element.refuse_attributes(attributes_refused);
    element.set_aside_attributes(attributes_aside);
    const auto model_at = element.attribute("model");
    const auto model = element.word("model", virtio_models).value_or(VirtioModel::unsaid);
    element.child("driver", [&](ElementReader& driver) { read_driver(driver, disk, guest); });
    const bool given = element.child("source", [&](ElementReader& source) {
        if (typed && !type) return source.skip_rest();
        auto image = disk.type == DiskSource::network
                         ? read_network_source(source)
                         : read_image_source(source, disk.type, disk.device != DiskDevice::disk);
        disk.source = std::move(image.source);
        disk.source_place = std::move(image.source_place);
        if (!disk.source.empty()) disk.labels = std::move(image.labels);
    });
    if (!given && disk.device == DiskDevice::disk)
        element.error(element.at(), "a disk needs a <source>", std::string(how_to_name(disk.type)));
    read_backing_chain(element, given, disk);
    if (!element.child("target", [&](ElementReader& target) { read_target(target, disk, guest); }))
        element.error(element.at(), "<disk> has no <target>", "write <target dev='vda'/>");
    disk.readonly = element.flag("readonly") || disk.device == DiskDevice::cdrom;
    disk.shareable = element.flag("shareable");
    element.child("transient", [&](ElementReader& child) { read_transient(child, disk); });
    if (disk.type == DiskSource::network && !disk.source.empty()) check_network(element, disk);
    if (disk.type == DiskSource::directory) check_directory(element, disk);
    element.child("serial", [&](ElementReader& serial) { read_serial_number(serial, disk); });
    read_disk_tuning(element, disk);
    disk.tuning.boot_order = read_boot_order(element, guest);
    auto switches = std::move(disk.info.virtio);
    disk.info = read_info(element, disk.bus);
    disk.info.virtio = std::move(switches);
    disk.info.model = model;
    if (model_at && disk.bus != DiskBus::virtio)
        element.error(model_at->at, "only a disk on bus 'virtio' has a model", "remove it");
    element.refuse_children(children_refused);
    element.set_aside_children(children_aside);
    guest.disks.push_back(std::move(disk));
}

} // namespace vmwarden::domain
