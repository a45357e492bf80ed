// SPDX-License-Identifier: LGPL-2.1-or-later
// <filesystem>: a directory of the host's that the guest sees.
#pragma once

#include "src/domain/device_info.h"

#include <optional>
#include <string>

namespace vmwarden {

// path: QEMU's own server, by the 9p protocol. virtiofs: virtiofsd.
enum class FilesystemDriver { unsaid, path, virtiofs };

// Of path: whose the files are that a guest makes. passthrough (also unsaid): the guest's user's
// there, which QEMU may not give them to. mapped: QEMU's, with what the guest sees in an attribute.
// squash: QEMU's, and the guest sees that.
enum class FilesystemAccess { unsaid, passthrough, mapped, squash };

// Of path: what is done about inodes of several file systems below the directory.
enum class Multidevs { unsaid, remap, forbid, warn };

struct Filesystem {
    FilesystemDriver driver = FilesystemDriver::unsaid; // path then
    FilesystemAccess access = FilesystemAccess::unsaid;
    std::optional<unsigned> file_mode;      // of mapped: what files and directories get, as the
    std::optional<unsigned> directory_mode; // host sees them
    Multidevs multidevs = Multidevs::unsaid;
    bool immediate = false; // of path: written to disk at once
    unsigned queue = 0;     // of virtiofs: places in its queue; 0: QEMU's own number
    std::string directory;  // of the host's; empty with a socket
    std::string socket;     // of virtiofs: where a virtiofsd of the administrator's listens
    std::string target;     // what the guest mounts it by
    bool readonly = false;
    SourcePlace place;
    SourcePlace source_place;
    DeviceInfo info = {};
    bool operator==(const Filesystem&) const = default;
};

} // namespace vmwarden
