// SPDX-License-Identifier: LGPL-2.1-or-later
#include "src/resolve/firmware.h"

#include "src/base/text.h"
#include "src/resolve/steps.h"

#include <algorithm>

namespace vmwarden::resolving {

namespace {

using Device = FirmwareDescriptor::Device;

// Descriptors speak of versions; a version stands for a family here.
std::string versioned(const std::string& machine) {
    if (machine.empty() || machine == "pc") return "pc-i440fx-0";
    return machine == "q35" ? "pc-q35-0" : machine;
}

bool is_for(const FirmwareDescriptor& firmware, const OsBoot& os, const std::string& host_arch) {
    const auto& arch = os.arch.empty() ? host_arch : os.arch;
    const auto machine = versioned(os.machine);
    return std::ranges::any_of(firmware.targets, [&](const FirmwareDescriptor::Target& target) {
        const auto same = arch == "i686" ? "i386" : arch;
        return target.architecture == same &&
               std::ranges::any_of(target.machines, [&](const std::string& glob) {
                   return glob_matches(glob, machine);
               });
    });
}

bool fits(std::optional<bool> wish, bool has) {
    return !wish || *wish == has;
}

bool fits_loader(const FirmwareDescriptor& firmware, const Firmware& wanted) {
    if (!wanted.loader) return true;
    const auto& loader = *wanted.loader;
    const bool flash = firmware.device == Device::flash;
    if (!loader.path.empty() && loader.path != firmware.executable) return false;
    if (loader.stateless && *loader.stateless != firmware.nvram_template.empty()) return false;
    if (loader.secure && !firmware.requires_smm) return false;
    return loader.type == (flash ? LoaderType::pflash : LoaderType::rom);
}

bool is_wanted(const FirmwareDescriptor& firmware, const GuestDefinition& definition) {
    const auto& wanted = definition.os.firmware;
    const bool kind = wanted.kind == FirmwareKind::efi ? firmware.uefi : firmware.bios;
    const bool smm_denied = definition.feature_details.smm == false;
    return kind && firmware.raw && fits(wanted.secure_boot, firmware.secure_boot) &&
           fits(wanted.enrolled_keys, firmware.enrolled_keys) && fits_loader(firmware, wanted) &&
           !(firmware.requires_smm && smm_denied);
}

std::string counted(std::size_t count) {
    if (count == 0) return "this host has none";
    return "none of the " + std::to_string(count) + " that this host describes fits";
}

} // namespace

std::string usual_nvram(const std::string& guest) {
    return "/var/lib/vmwarden/nvram/" + guest + "_VARS.fd";
}

bool wants_usual_nvram(const GuestDefinition& definition) {
    const auto& firmware = definition.os.firmware;
    const bool has_variables =
        firmware.kind == FirmwareKind::efi || !firmware.nvram_template.empty();
    const bool stateless = firmware.loader && firmware.loader->stateless == true;
    return has_variables && !stateless && firmware.nvram.empty();
}

FirmwareChoice choose_firmware(const GuestDefinition& definition, const HostFacts& facts) {
    FirmwareChoice choice;
    const auto& wanted = definition.os.firmware;
    if (wanted.kind == FirmwareKind::unsaid) return choice;
    for (const auto& firmware : facts.firmware) {
        if (!is_for(firmware, definition.os, facts.machine_arch) ||
            !is_wanted(firmware, definition))
            continue;
        choice.chosen = &firmware;
        return choice;
    }
    // The emulator's own BIOS needs no file; firmware that is named needs no choice.
    const bool named = wanted.loader && !wanted.loader->path.empty();
    if (wanted.kind == FirmwareKind::efi && !named)
        choice.problem = "there is no such firmware: " + counted(facts.firmware.size());
    return choice;
}

GuestDefinition settled(GuestDefinition definition, const FirmwareChoice& choice) {
    auto& firmware = definition.os.firmware;
    const bool usual = wants_usual_nvram(definition);
    if (choice.chosen != nullptr) {
        const auto& chosen = *choice.chosen;
        if (!firmware.loader) firmware.loader.emplace().place = definition.os.place;
        auto& loader = *firmware.loader;
        loader.path = chosen.executable;
        loader.type = chosen.device == Device::flash ? LoaderType::pflash : LoaderType::rom;
        loader.secure = chosen.requires_smm;
        if (chosen.requires_smm) definition.feature_details.smm = true;
        if (firmware.nvram_template.empty()) firmware.nvram_template = chosen.nvram_template;
    }
    if (usual && !firmware.nvram_template.empty()) firmware.nvram = usual_nvram(definition.name);
    if (firmware.nvram_place == SourcePlace{}) firmware.nvram_place = definition.os.place;
    return definition;
}

void note_firmware(Draft& draft, const FirmwareChoice& choice) {
    const auto& os = draft.definition.os;
    if (!choice.problem.empty())
        draft.refuse("firmware", os.place, choice.problem,
                     "install one (Debian's package is ovmf), ask for less in <firmware>, or name "
                     "one in <loader>");
    if (choice.chosen == nullptr) return;
    const auto& chosen = *choice.chosen;
    draft.decide("firmware",
                 chosen.executable + (chosen.requires_smm ? ", with system management mode" : ""),
                 "the first that fits, described in " + chosen.file);
}

} // namespace vmwarden::resolving
