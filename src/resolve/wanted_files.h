// SPDX-License-Identifier: LGPL-2.1-or-later
// The files and block devices that a definition asks for.
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
    SourcePlace place;
    plan::FileGrant::Sharing sharing = plan::FileGrant::Sharing::readonly;
    bool is_disk = false;
    bool block = false;        // a block device; otherwise a regular file
    bool reads_header = false; // QEMU follows what the image's own header names
    std::string creating;      // a command that would make it; may be empty
};

// Disks first, in the definition's order; drives without a medium want none.
std::vector<WantedFile> wanted_files(const GuestDefinition& definition);

} // namespace vmwarden::resolving
