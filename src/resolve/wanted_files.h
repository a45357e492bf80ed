// SPDX-License-Identifier: LGPL-2.1-or-later
// The files and block devices that a guest is to have.
#pragma once

#include "src/domain/guest_definition.h"
#include "src/plan/launch_plan.h"

#include <string>
#include <vector>

namespace vmwarden::resolving {

struct WantedFile {
    std::string path;
    std::string purpose; // "disk vda", "kernel"; also the step of a refusal
    std::string element; // what to correct: "<source>", "<kernel>"
    // The image whose header names this file; empty: the definition does, at `place`.
    std::string named_by = {};
    SourcePlace place;
    plan::FileGrant::Sharing sharing = plan::FileGrant::Sharing::readonly;
    bool is_disk = false;
    bool block = false;                  // a block device; otherwise a regular file
    bool character = false;              // or a character device
    std::string creating;                // a command that would make it; may be empty
    std::vector<ImageLabel> labels = {}; // what the definition says of this file's
    bool keeps_owner = false;            // others use it under accounts of their own
    std::string made_from;               // what we make it of where it is missing; empty: nothing
};

WantedFile wanted_disk(const Disk& disk);
// The `number`th image below the disk's own, as the definition declares it.
WantedFile wanted_backing(const Disk& disk, const BackingStore& store, std::size_t number);
// Kernel, initrd and firmware, as far as there are any.
std::vector<WantedFile> wanted_boot_files(const GuestDefinition& definition);
// Serial and parallel ports of the host's, which then are the guest's alone.
std::vector<WantedFile> wanted_ports(const GuestDefinition& definition);
// What PCI devices are to have in their expansion ROMs.
std::vector<WantedFile> wanted_roms(const GuestDefinition& definition);

} // namespace vmwarden::resolving
