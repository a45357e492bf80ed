// SPDX-License-Identifier: LGPL-2.1-or-later
#include "src/resolve/wanted_files.h"

#include "src/base/text.h"
#include "src/resolve/firmware.h"

namespace vmwarden::resolving {

namespace {

using Sharing = plan::FileGrant::Sharing;

Sharing sharing_of(const Disk& disk) {
    if (disk.readonly || disk.transient || disk.device == DiskDevice::cdrom)
        return Sharing::readonly;
    return disk.shareable ? Sharing::shared : Sharing::exclusive;
}

WantedFile wanted_boot_file(const char* what, const std::string& path, const SourcePlace& place) {
    WantedFile wanted;
    wanted.path = path;
    wanted.purpose = what;
    wanted.element = std::string("<") + what + ">";
    wanted.place = place;
    return wanted;
}

} // namespace

WantedFile wanted_disk(const Disk& disk) {
    WantedFile wanted;
    wanted.path = disk.source;
    wanted.purpose = "disk " + disk.target;
    wanted.element = "<source>";
    wanted.place = disk.source_place;
    wanted.sharing = sharing_of(disk);
    wanted.is_disk = true;
    wanted.block = disk.type == DiskSource::block;
    wanted.labels = disk.labels;
    if (disk.type == DiskSource::file && wanted.sharing != Sharing::readonly)
        wanted.creating = std::string("qemu-img create -f ") +
                          (disk.format == DiskFormat::qcow2 ? "qcow2 " : "raw ") +
                          shell_quoted(disk.source) + " 10G";
    return wanted;
}

WantedFile wanted_backing(const Disk& disk, const BackingStore& store, std::size_t number) {
    WantedFile wanted;
    wanted.path = store.source;
    wanted.purpose = "disk " + disk.target + ", backing " + std::to_string(number);
    wanted.element = "<source> of <backingStore>";
    wanted.place = store.source_place;
    wanted.is_disk = true;
    wanted.block = store.type == DiskSource::block;
    wanted.labels = store.labels;
    return wanted;
}

std::vector<WantedFile> wanted_boot_files(const GuestDefinition& definition) {
    const auto& os = definition.os;
    std::vector<WantedFile> out;
    if (!os.kernel.empty()) out.push_back(wanted_boot_file("kernel", os.kernel, os.kernel_place));
    if (!os.initrd.empty()) out.push_back(wanted_boot_file("initrd", os.initrd, os.initrd_place));
    if (const auto& loader = os.firmware.loader; loader && !loader->path.empty())
        out.push_back(wanted_boot_file("loader", loader->path, loader->place));
    const auto& firmware = os.firmware;
    if (!firmware.dtb.empty())
        out.push_back(wanted_boot_file("dtb", firmware.dtb, firmware.dtb_place));
    if (!firmware.nvram.empty()) {
        out.push_back(wanted_boot_file("nvram", firmware.nvram, firmware.nvram_place));
        out.back().sharing = Sharing::exclusive;
        // It is written to: the policy says where such files may be, our own place aside.
        out.back().is_disk = firmware.nvram != usual_nvram(definition.name);
        out.back().made_from = firmware.nvram_template;
    }
    for (const auto& file : definition.system_information.fwcfg) {
        if (file.file.empty()) continue;
        out.push_back(wanted_boot_file("sysinfo", file.file, file.place));
        out.back().purpose = "file of the firmware " + file.name;
        out.back().element = "<entry file='...'>";
    }
    return out;
}

std::vector<WantedFile> wanted_ports(const GuestDefinition& definition) {
    std::vector<WantedFile> out;
    for (const auto& character : definition.characters) {
        if (character.source != CharacterSource::device) continue;
        WantedFile wanted;
        wanted.path = character.path;
        wanted.purpose = "console " + std::to_string(character.port);
        wanted.element = "<source>";
        wanted.place = character.place;
        wanted.sharing = Sharing::exclusive;
        wanted.character = true;
        out.push_back(std::move(wanted));
    }
    return out;
}

std::vector<WantedFile> wanted_roms(const GuestDefinition& definition) {
    std::vector<WantedFile> out;
    const auto want = [&](const std::string& purpose, const DeviceRom& rom) {
        if (rom.file.empty()) return;
        out.push_back(wanted_boot_file("rom", rom.file, rom.file_place));
        out.back().purpose = purpose;
    };
    for (std::size_t i = 0; i < definition.interfaces.size(); ++i)
        want("rom of interface " + std::to_string(i), definition.interfaces[i].rom);
    for (std::size_t i = 0; i < definition.host_devices.size(); ++i)
        want("rom of hostdev " + std::to_string(i), definition.host_devices[i].rom);
    return out;
}

} // namespace vmwarden::resolving
