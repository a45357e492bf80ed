// SPDX-License-Identifier: LGPL-2.1-or-later
#include "src/domain/read_images.h"
#include "src/domain/readers.h"
#include "src/domain/values.h"

#include <algorithm>
#include <bit>
#include <limits>

namespace vmwarden::domain {

namespace {

// One word of <iotune>, and where it goes in IoTune.
struct TuneWord {
    std::string_view name;
    std::uint64_t IoLimits::*field;
    bool burst;
    std::string_view length = {}; // how long it lasts
};
constexpr TuneWord tune_words[] = {
    {"total_bytes_sec", &IoLimits::total_bytes, false},
    {"read_bytes_sec", &IoLimits::read_bytes, false},
    {"write_bytes_sec", &IoLimits::write_bytes, false},
    {"total_iops_sec", &IoLimits::total_iops, false},
    {"read_iops_sec", &IoLimits::read_iops, false},
    {"write_iops_sec", &IoLimits::write_iops, false},
    {"total_bytes_sec_max", &IoLimits::total_bytes, true, "total_bytes_sec_max_length"},
    {"read_bytes_sec_max", &IoLimits::read_bytes, true, "read_bytes_sec_max_length"},
    {"write_bytes_sec_max", &IoLimits::write_bytes, true, "write_bytes_sec_max_length"},
    {"total_iops_sec_max", &IoLimits::total_iops, true, "total_iops_sec_max_length"},
    {"read_iops_sec_max", &IoLimits::read_iops, true, "read_iops_sec_max_length"},
    {"write_iops_sec_max", &IoLimits::write_iops, true, "write_iops_sec_max_length"}};
constexpr NotDone iotune_refused[] = {
    {"group_name", "each disk has limits of its own in this version"}};
constexpr std::uint64_t longest_burst = 1'000'000; // seconds
constexpr NotDone blockio_refused[] = {
    {"discard_granularity", "what can be discarded follows from the block's size"}};
constexpr NotDone geometry_refused[] = {{"trans", "the translation is the firmware's to choose"}};
constexpr NotDone boot_refused[] = {{"loadparm", "only s390x guests have one"}};
constexpr std::uint64_t most_rate = 1'000'000'000'000'000; // QEMU's

template <class T, std::size_t count>
T word_or(ElementReader& driver, std::string_view name, const Word<T> (&words)[count]) {
    return driver.word(name, words).value_or(T::unsaid);
}

unsigned read_count(ElementReader& element, std::string_view name, std::uint64_t least,
                    std::uint64_t most) {
    const auto text = element.attribute(name);
    const auto number =
        text ? number_from(*text, name, least, most, element.report()) : std::nullopt;
    return static_cast<unsigned>(number.value_or(0));
}

// A number that must stand there.
unsigned required_count(ElementReader& element, std::string_view name, std::uint64_t most) {
    element.required_attribute(name);
    return read_count(element, name, 1, most);
}

bool mixes_total(std::uint64_t total, std::uint64_t one, std::uint64_t other) {
    return total != 0 && (one != 0 || other != 0);
}

bool has_mixed(const IoLimits& limits) {
    return mixes_total(limits.total_bytes, limits.read_bytes, limits.write_bytes) ||
           mixes_total(limits.total_iops, limits.read_iops, limits.write_iops);
}

void read_iotune(ElementReader& element, DiskTuning& tuning) {
    IoTune tune;
    const auto read = [&](std::string_view name, std::uint64_t& to) {
        element.child(name, [&](ElementReader& child) {
            to = number_from(child.trimmed_text(), name, 0, most_rate, child.report()).value_or(0);
        });
    };
    for (const auto& word : tune_words) {
        IoLimits& limits =
            word.burst ? tune.bursts : tune.limits; // GCC 12 copies it without a name
        read(word.name, limits.*word.field);
        if (!word.burst) continue;
        auto& length = tune.lengths.*word.field;
        read(word.length, length);
        if (length > longest_burst || (length != 0 && tune.bursts.*word.field == 0))
            element.error(element.at(),
                          "<" + std::string(word.length) + "> is no number of seconds of a burst",
                          "write <" + std::string(word.name) + "> as well, and 60, say");
    }
    read("size_iops_sec", tune.size_iops);
    element.refuse_children(iotune_refused);
    if (has_mixed(tune.limits) || has_mixed(tune.bursts))
        element.error(element.at(), "a total stands beside a limit for reading or writing alone",
                      "keep one of the two");
    for (const auto& word : tune_words)
        if (word.burst && tune.bursts.*word.field != 0 &&
            (tune.limits.*word.field == 0 || tune.bursts.*word.field < tune.limits.*word.field))
            return element.error(element.at(),
                                 "<" + std::string(word.name) +
                                     "> is not more than the limit that it lifts for a while",
                                 "write the limit without _max as well, and less");
    if (tune.size_iops != 0 && tune.limits.total_iops == 0 && tune.limits.read_iops == 0 &&
        tune.limits.write_iops == 0)
        element.error(element.at(), "<size_iops_sec> without a limit of operations", "remove it");
    if (tune != IoTune{}) tuning.limits = tune;
}

void read_wwn(ElementReader& element, DiskTuning& tuning) {
    const auto value = element.trimmed_text();
    const bool hex = value.text.size() == 16 &&
                     value.text.find_first_not_of("0123456789abcdefABCDEF") == value.text.npos;
    if (!hex || value.text.find_first_not_of('0') == value.text.npos)
        return element.error(value.at, in_quotes(value.text) + " is no World Wide Name",
                             "write 16 hexadecimal digits, not all 0");
    tuning.wwn = value.text;
    std::transform(tuning.wwn.begin(), tuning.wwn.end(), tuning.wwn.begin(), [](char c) {
        return c >= 'A' && c <= 'F' ? static_cast<char>(c - 'A' + 'a') : c;
    });
}

std::string read_label(ElementReader& element, std::size_t longest) {
    const auto value = element.trimmed_text();
    const bool plain = std::all_of(value.text.begin(), value.text.end(),
                                   [](char c) { return c >= ' ' && c <= '~'; });
    if (!plain || value.text.empty()) {
        element.error(value.at, in_quotes(value.text) + " cannot be shown by a SCSI disk",
                      "use letters, digits and signs of ASCII");
        return {};
    }
    return line_from(value, "<" + std::string(element.name()) + ">", longest, element.report())
        .value_or("");
}

unsigned read_block_size(ElementReader& element, std::string_view name) {
    constexpr std::uint64_t least = 512;
    constexpr std::uint64_t most = 2ULL * 1024 * 1024;
    const auto size = read_count(element, name, least, most);
    if (size != 0 && !std::has_single_bit(size))
        element.error(element.attribute(name)->at, "a block's size is a power of two",
                      "write 512 or 4096");
    return size;
}

void read_geometry(ElementReader& element, Disk& disk) {
    DiskGeometry geometry;
    geometry.cylinders = required_count(element, "cyls", 65535);
    geometry.heads = required_count(element, "heads", 255);
    geometry.sectors = required_count(element, "secs", 255);
    element.refuse_attributes(geometry_refused);
    disk.tuning.geometry = geometry;
}

bool is_scsi(const Disk& disk) {
    return disk.bus == DiskBus::scsi;
}
bool is_ata(const Disk& disk) {
    return disk.bus == DiskBus::ide || disk.bus == DiskBus::sata;
}

// What only some buses can show.
void check_bus(ElementReader& element, const Disk& disk) {
    const auto& tuning = disk.tuning;
    const auto refuse = [&](std::string_view what, std::string_view buses) {
        element.error(element.at(),
                      "a disk on bus '" + std::string(word_for(disk_buses, disk.bus)) +
                          "' has no " + std::string(what),
                      "bus " + std::string(buses) + " has");
    };
    const bool floppy = disk.bus == DiskBus::fdc;
    if (!tuning.wwn.empty() && !is_scsi(disk) && !is_ata(disk)) refuse("wwn", "'sata' or 'scsi'");
    if (!tuning.vendor.empty() && !is_scsi(disk)) refuse("vendor", "'scsi'");
    if (!tuning.product.empty() && !is_scsi(disk)) refuse("product", "'scsi'");
    if (tuning.rotation_rate != 0 && !is_scsi(disk) && !is_ata(disk))
        refuse("rotation rate", "'sata' or 'scsi'");
    if ((tuning.queues != 0 || tuning.queue_size != 0) && disk.bus != DiskBus::virtio)
        refuse("queues of its own", "'virtio'");
    if (!disk.info.virtio.empty() && disk.bus != DiskBus::virtio)
        refuse("such switches of <driver>", "'virtio'");
    if (tuning.iothread != 0 && disk.bus != DiskBus::virtio) refuse("I/O thread", "'virtio'");
    const bool usb = disk.bus == DiskBus::usb;
    const bool hard = disk.device == DiskDevice::disk;
    if (tuning.geometry && (usb || floppy || !hard))
        refuse("geometry", "'ide', 'scsi' or 'virtio'");
    const bool policies =
        tuning.on_error != ErrorPolicy::unsaid || tuning.on_read_error != ErrorPolicy::unsaid;
    if (policies && (floppy || usb)) refuse("error policy", "'ide', 'scsi' or 'virtio'");
    if (tuning.logical_block > 512 && is_ata(disk))
        refuse("logical blocks but of 512 bytes", "'scsi' or 'virtio'");
    if ((tuning.logical_block != 0 || tuning.physical_block != 0) && floppy)
        refuse("block size", "'scsi' or 'virtio'");
}

} // namespace

void read_driver_tuning(ElementReader& driver, Disk& disk, const GuestDefinition& guest) {
    auto& tuning = disk.tuning;
    const auto io_at = driver.attribute("io");
    tuning.io = word_or(driver, "io", disk_ios);
    const bool direct = disk.cache == DiskCache::none || disk.cache == DiskCache::directsync;
    if (tuning.io == DiskIo::native && !direct)
        driver.error(io_at->at, "io='native' goes past the host's page cache",
                     "write cache='none', or io='threads'");
    tuning.discard = word_or(driver, "discard", disk_discards);
    const auto zeroes_at = driver.attribute("detect_zeroes");
    tuning.detect_zeroes = word_or(driver, "detect_zeroes", detect_zeroes_words);
    if (tuning.detect_zeroes == DetectZeroes::unmap && tuning.discard != DiskDiscard::unmap)
        driver.error(zeroes_at->at, "detect_zeroes='unmap' needs discard='unmap'",
                     "write discard='unmap', or detect_zeroes='on'");
    tuning.on_error = word_or(driver, "error_policy", error_policies);
    const auto read_at = driver.attribute("rerror_policy");
    tuning.on_read_error = word_or(driver, "rerror_policy", error_policies);
    if (tuning.on_read_error == ErrorPolicy::enospace)
        driver.error(read_at->at, "reading never runs out of space",
                     "write rerror_policy='stop', 'report' or 'ignore'");
    tuning.iothread = read_iothread_of(driver, guest);
    tuning.queues = read_count(driver, "queues", 1, 1023);
    tuning.queue_size = read_count(driver, "queue_size", 2, 1024);
    if (tuning.queue_size != 0 && !std::has_single_bit(tuning.queue_size))
        driver.error(driver.attribute("queue_size")->at, "a queue's size is a power of two",
                     "write 256, say");
}

void read_disk_tuning(ElementReader& element, Disk& disk) {
    auto& tuning = disk.tuning;
    element.child("iotune", [&](ElementReader& child) { read_iotune(child, tuning); });
    element.child("wwn", [&](ElementReader& child) { read_wwn(child, tuning); });
    element.child("vendor", [&](ElementReader& child) { tuning.vendor = read_label(child, 8); });
    element.child("product", [&](ElementReader& child) { tuning.product = read_label(child, 16); });
    element.child("geometry", [&](ElementReader& child) { read_geometry(child, disk); });
    element.child("blockio", [&](ElementReader& child) {
        tuning.logical_block = read_block_size(child, "logical_block_size");
        tuning.physical_block = read_block_size(child, "physical_block_size");
        child.refuse_attributes(blockio_refused);
    });
    check_bus(element, disk);
}

unsigned read_boot_order(ElementReader& element, const GuestDefinition& guest) {
    unsigned order = 0;
    element.child("boot", [&](ElementReader& boot) {
        order = required_count(boot, "order", 10000);
        boot.refuse_attributes(boot_refused);
        if (!guest.os.boot.empty())
            boot.error(boot.at(), "an order of devices stands beside <boot dev='...'/> in <os>",
                       "keep one of the two");
        const auto taken = [&](unsigned other) { return order != 0 && other == order; };
        const bool twice =
            std::any_of(guest.disks.begin(), guest.disks.end(),
                        [&](const Disk& other) { return taken(other.tuning.boot_order); }) ||
            std::any_of(guest.interfaces.begin(), guest.interfaces.end(),
                        [&](const Interface& other) { return taken(other.boot_order); }) ||
            std::any_of(guest.host_devices.begin(), guest.host_devices.end(),
                        [&](const HostDevice& other) { return taken(other.boot_order); });
        if (twice)
            boot.error(boot.at(), "boot order " + std::to_string(order) + " is given twice",
                       "give each device its own");
    });
    return order;
}

unsigned read_rotation_rate(ElementReader& target) {
    return read_count(target, "rotation_rate", 1, 65534);
}

} // namespace vmwarden::domain
