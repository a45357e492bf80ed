// SPDX-License-Identifier: LGPL-2.1-or-later
#include "src/base/text.h"
#include "src/domain/network_source.h"
#include "src/qemu/drives.h"
#include "src/qemu/unsupported.h"

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

class Drives {
  public:
    explicit Drives(Diagnostics& found)
      : found_(found) {}

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
        if (!target_index(disk_->target))
            return error("not a target's name", "hda, sdb or vdc, say: a bus and a letter");
        if (!targets_.insert(disk_->target).second) error("another disk has this target");
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
        if (disk_->type == DiskSource::network)
            check_server();
        else
            check_path(found_, disk_->source_place, "disk source", disk_->source);
        check_backing();
        if (disk_->shareable && disk_->format == DiskFormat::qcow2 && !read_only())
            error("a qcow2 image cannot be shared: each guest would write its tables",
                  "use a raw image, or <readonly/>");
        if (disk_->tuning.copy_on_read == true && read_only())
            error("what is read cannot be copied into an image that is only read",
                  "remove copy_on_read");
        if (disk_->type == DiskSource::directory && !read_only()) error("a directory is only read");
        if (disk_->device != DiskDevice::disk) return;
        if (disk_->source.empty()) error("a hard disk needs a source");
        const bool ata = disk_->bus == DiskBus::ide || disk_->bus == DiskBus::sata;
        if (ata && disk_->readonly)
            error("QEMU has no read-only hard disk on bus " + bus(),
                  "use bus='virtio', 'scsi' or 'usb', or device='cdrom'");
    }

    void check_server() {
        const auto source = network_source(disk_->source);
        if (!source) return error("'" + printable(disk_->source) + "' is no URL of a disk");
        if (is_read_only(*source) && !read_only()) error("its server's protocol only reads");
        if (disk_->format == DiskFormat::qcow2 && disk_->backing.empty() && !disk_->chain_ends)
            error("what backs it must be said");
    }
    [[nodiscard]] bool read_only() const {
        return disk_->readonly || disk_->device == DiskDevice::cdrom;
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
        if (!disk_->serial.empty() && disk_->bus == DiskBus::fdc)
            error("a floppy drive has no serial number");
    }

    Diagnostics& found_;
    const Disk* disk_ = nullptr;
    std::set<std::string> targets_;
};

} // namespace

void check_drives(Diagnostics& found, const GuestDefinition& definition) {
    Drives drives(found);
    for (const auto& disk : definition.disks)
        drives.check(disk);
}

} // namespace vmwarden::qemu
