// SPDX-License-Identifier: LGPL-2.1-or-later
#include "src/qemu/system_information.h"

#include "src/qemu/command_line.h"

#include <algorithm>

namespace vmwarden::qemu {

namespace {

// The numbers of the structures in the SMBIOS specification (DSP0134).
std::string_view structure(SmbiosKind kind) {
    switch (kind) {
    case SmbiosKind::bios:
        return "type=0";
    case SmbiosKind::system:
        return "type=1";
    case SmbiosKind::base_board:
        return "type=2";
    case SmbiosKind::chassis:
        return "type=3";
    case SmbiosKind::oem_strings:
        break;
    }
    return "type=11";
}

void add_table(CommandLine& command, const SmbiosTable& table) {
    Options options(structure(table.kind));
    for (const auto& entry : table.entries)
        options.set(entry.name.empty() ? "value" : entry.name, entry.value);
    command.add("-smbios", options);
}

} // namespace

void add_system_information(CommandLine& command, const GuestDefinition& definition) {
    const auto& information = definition.system_information;
    if (definition.os.firmware.smbios == SmbiosMode::sysinfo)
        for (const auto& table : information.tables)
            add_table(command, table);
    for (const auto& file : information.fwcfg) {
        Options options;
        options.set("name", file.name);
        if (file.file.empty())
            options.set("string", file.value);
        else
            options.set("file", file.file);
        command.add("-fw_cfg", options);
    }
}

void check_system_information(Diagnostics& found, const GuestDefinition& definition) {
    constexpr std::string_view architectures[] = {"", "x86_64", "i686", "aarch64", "armv7l"};
    const auto& tables = definition.system_information.tables;
    const bool has_them = std::ranges::count(architectures, definition.os.arch) != 0;
    if (!has_them && !tables.empty() && definition.os.firmware.smbios == SmbiosMode::sysinfo)
        found.error(tables.front().place, "a machine of this architecture has no SMBIOS",
                    "remove <smbios mode='sysinfo'/>");
}

} // namespace vmwarden::qemu
