// SPDX-License-Identifier: LGPL-2.1-or-later
// Where drives of IDE, SATA, SCSI and floppy controllers are.
#pragma once

#include "src/qemu/command_line.h"
#include "src/qemu/pci_slots.h"

namespace vmwarden::qemu {

class DrivePlaces {
  public:
    // Of with_implied_devices().
    explicit DrivePlaces(const GuestDefinition& definition)
      : definition_(definition) {}

    // The place that its target's letters stand for, counted through the controllers of its bus:
    // "sda" is the first of them all. None where they are not so many.
    [[nodiscard]] std::optional<DriveAddress> usual(const Disk& disk) const;
    std::optional<Trouble> take(const Disk& disk, const DriveAddress& address,
                                const std::string& who);
    // "bus", "unit" and the like.
    [[nodiscard]] Json properties(const Disk& disk, const DriveAddress& address) const;

  private:
    [[nodiscard]] std::vector<const Controller*> controllers_of(const Disk& disk) const;
    [[nodiscard]] bool is_ahci(const Disk& disk) const;
    [[nodiscard]] DriveAddress ends(const Disk& disk, const Controller& controller) const;

    const GuestDefinition& definition_;
    // By type of controller, and its index, bus, target and unit.
    std::map<std::array<unsigned, 5>, std::string> taken_;
};

} // namespace vmwarden::qemu
