// SPDX-License-Identifier: LGPL-2.1-or-later
// Disks, CD-ROM and floppy drives: block nodes for each image, a front end before them.
#pragma once

#include "src/qemu/boot_order.h"
#include "src/qemu/command.h"

namespace vmwarden::qemu {

class CommandLine;

// The place that a target's name asks for, counted from 0: "hda" 0, "vdb" 1, "sdaa" 26. None when
// it is not such a name. The prefix is not looked at: like libvirt, "hdb" on a virtio bus is fine.
std::optional<unsigned> target_index(std::string_view target);

// For a disk with target T: node "T-file" (the file or device), node "T" (its format), "T-data"
// (an external data file); of the images that back it "T-1-file", "T-1" and so on; device "disk-T".
// A drive without medium has the device alone.
void add_drives(CommandLine& command, const BootOrder& boot, const GuestDefinition& definition,
                const CommandContext& context);

} // namespace vmwarden::qemu
