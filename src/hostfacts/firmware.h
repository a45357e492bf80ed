// SPDX-License-Identifier: LGPL-2.1-or-later
// Firmware that this host has, as the files of QEMU's docs/interop/firmware.json describe it: as
// much of that as choosing one takes.
#pragma once

#include <string>
#include <vector>

namespace vmwarden {

struct FirmwareDescriptor {
    enum class Device { flash, memory };

    struct Target {
        std::string architecture;          // "x86_64"
        std::vector<std::string> machines; // globs: "pc-q35-*"
        bool operator==(const Target&) const = default;
    };

    std::string file; // where it is described, for people
    std::string description;
    bool uefi = false;
    bool bios = false;
    Device device = Device::flash;
    std::string executable;     // absolute
    std::string nvram_template; // of flash: absolute; empty: it keeps no variables
    bool raw = true;            // the format of both
    std::vector<Target> targets;
    bool secure_boot = false;
    bool enrolled_keys = false;
    bool requires_smm = false;
    bool operator==(const FirmwareDescriptor&) const = default;
};

} // namespace vmwarden
