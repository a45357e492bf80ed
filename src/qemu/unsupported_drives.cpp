// SPDX-License-Identifier: LGPL-2.1-or-later
#include "src/base/text.h"
#include "src/qemu/board.h"
#include "src/qemu/drives.h"
#include "src/qemu/unsupported.h"

#include <map>
#include <set>

namespace vmwarden::qemu {

namespace {

std::string_view to_text(DiskBus bus) {
    switch (bus) {
    case DiskBus::ide:
        return "ide";
    case DiskBus::fdc:
        return "fdc";
    case DiskBus::scsi:
        return "scsi";
    case DiskBus::virtio:
        return "virtio";
    case DiskBus::sata:
        return "sata";
    case DiskBus::usb:
        return "usb";
    }
    return "";
}

// How many drives a bus has a place for, each with a number of its own; none where the target's
// number decides nothing.
std::optional<unsigned> places(DiskBus bus, Chipset chipset) {
    switch (bus) {
    case DiskBus::ide:
        return chipset == Chipset::q35 ? 6 : 4;
    case DiskBus::sata:
        return 6;
    case DiskBus::fdc:
        return 2;
    case DiskBus::scsi:
        return 256;
    case DiskBus::virtio:
    case DiskBus::usb:
        break;
    }
    return std::nullopt;
}

// QEMU cuts a longer one off without a word, or refuses to start.
std::size_t serial_length(DiskBus bus) {
    return bus == DiskBus::scsi ? 36 : 20;
}

class Drives {
  public:
    Drives(Diagnostics& found, Chipset chipset, unsigned scsi_targets)
      : found_(found)
      , chipset_(chipset)
      , scsi_targets_(scsi_targets) {}

    void check(const Disk& disk) {
        disk_ = &disk;
        check_target();
        check_kind();
        check_medium();
        check_serial();
    }

  private:
    void error(const std::string& message, std::string hint = {}) {
        found_.error(disk_->place, "disk '" + printable(disk_->target) + "': " + message,
                     std::move(hint));
    }
    [[nodiscard]] std::string bus() const { return std::string(to_text(disk_->bus)); }

    void check_target() {
        const auto index = target_index(disk_->target);
        if (!index) {
            error("not a target's name", "hda, sdb or vdc, say: a bus and a letter");
            return;
        }
        if (!targets_.insert(disk_->target).second) error("another disk has this target");
        auto limit = places(disk_->bus, chipset_);
        if (disk_->bus == DiskBus::scsi) limit = scsi_targets_;
        if (!limit) return;
        if (*index >= *limit)
            error("no such place on bus " + bus(), "there are " + std::to_string(*limit));
        const auto [taken, fresh] = taken_[disk_->bus].emplace(*index, disk_->target);
        if (!fresh && taken->second != disk_->target)
            error("same place on bus " + bus() + " as '" + taken->second + "'",
                  "end one of them in another letter");
    }

    void check_kind() {
        const bool floppy = disk_->device == DiskDevice::floppy;
        if (floppy != (disk_->bus == DiskBus::fdc))
            error(floppy ? "a floppy needs bus 'fdc'" : "bus 'fdc' takes floppies alone");
        const bool cannot_eject = disk_->bus == DiskBus::virtio || disk_->bus == DiskBus::usb;
        if (disk_->device == DiskDevice::cdrom && cannot_eject)
            error("a CD-ROM cannot be on bus " + bus(), "ide, sata and scsi can carry one");
    }

    void check_medium() {
        check_path(found_, disk_->source_place, "disk source", disk_->source);
        check_backing();
        if (disk_->device != DiskDevice::disk) return;
        if (disk_->source.empty()) error("a hard disk needs a source");
        const bool ata = disk_->bus == DiskBus::ide || disk_->bus == DiskBus::sata;
        if (ata && disk_->readonly)
            error("QEMU has no read-only hard disk on bus " + bus(),
                  "use bus='virtio', 'scsi' or 'usb', or device='cdrom'");
    }

    void check_backing() {
        auto above = disk_->format;
        if (!disk_->backing.empty() && disk_->source.empty())
            error("a drive without medium has no backing image");
        for (const auto& store : disk_->backing) {
            check_path(found_, store.source_place, "backing source", store.source);
            if (above != DiskFormat::qcow2) error("only a qcow2 image can have a backing image");
            above = store.format;
        }
    }

    void check_serial() {
        check_text(found_, disk_->place, "disk serial", disk_->serial);
        if (disk_->serial.empty()) return;
        if (disk_->bus == DiskBus::fdc) error("a floppy drive has no serial number");
        if (disk_->serial.size() > serial_length(disk_->bus))
            error("serial number is too long", "at most " +
                                                   std::to_string(serial_length(disk_->bus)) +
                                                   " bytes on bus " + bus());
    }

    Diagnostics& found_;
    Chipset chipset_;
    unsigned scsi_targets_;
    const Disk* disk_ = nullptr;
    std::set<std::string> targets_;
    std::map<DiskBus, std::map<unsigned, std::string>> taken_;
};

} // namespace

void check_drives(Diagnostics& found, const GuestDefinition& definition) {
    Drives drives(found, chipset_of(definition.os.machine).value_or(Chipset::i440fx),
                  scsi_targets(definition));
    for (const auto& disk : definition.disks)
        drives.check(disk);
}

} // namespace vmwarden::qemu
