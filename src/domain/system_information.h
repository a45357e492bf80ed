// SPDX-License-Identifier: LGPL-2.1-or-later
// What the guest's firmware tells it of its machine: <sysinfo>.
#pragma once

#include "src/base/diagnostic.h"

#include <string>
#include <vector>

namespace vmwarden {

// Where the SMBIOS tables of the machine come from.
enum class SmbiosMode { unsaid, emulate, sysinfo };

// The structures of the SMBIOS specification that a definition may fill.
enum class SmbiosKind { bios, system, base_board, chassis, oem_strings };

struct SystemEntry {
    std::string name; // of fwcfg: "opt/..."; empty: of oem_strings
    std::string value;
    std::string file = {}; // of fwcfg, instead of a value: absolute path
    SourcePlace place = {};
    bool operator==(const SystemEntry&) const = default;
};

struct SmbiosTable {
    SmbiosKind kind = SmbiosKind::bios;
    std::vector<SystemEntry> entries;
    SourcePlace place = {};
    bool operator==(const SmbiosTable&) const = default;
};

struct SystemInformation {
    std::vector<SmbiosTable> tables; // without effect but for SmbiosMode::sysinfo
    std::vector<SystemEntry> fwcfg;  // files of QEMU's firmware configuration device
    bool operator==(const SystemInformation&) const = default;
};

} // namespace vmwarden
