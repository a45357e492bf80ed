// SPDX-License-Identifier: LGPL-2.1-or-later
// What the guest runs first: -bios, flash of -drive if=pflash or of -machine, -dtb.
#include "src/base/text.h"
#include "src/native/device_reader.h"
#include "src/native/images.h"

namespace vmwarden::native {

namespace {

// A file as flash memory, and all that it was made of.
struct Flash {
    std::string path;
    bool read_only = false;
    std::vector<Pending*> parts;
};

// Flash has no format but raw in the XML.
std::optional<Flash> flash_of(Import& import, Pending& drive) {
    auto attempt = drive;
    attempt.properties.take("unit");
    attempt.properties.take("index");
    Image image;
    if (!read_drive(import, attempt, image)) return std::nullopt;
    if (image.disk.format != DiskFormat::raw || image.disk.type != DiskSource::file ||
        image.disk.source.empty() || image.disk.transient)
        return std::nullopt;
    return Flash{image.disk.source, image.disk.readonly, {&drive}};
}

std::optional<Flash> flash_of_node(Import& import, const std::string& name) {
    const auto saved = import.nodes;
    Image image;
    if (!read_image(import, name, image) || image.disk.format != DiskFormat::raw ||
        image.disk.type != DiskSource::file || image.disk.source.empty()) {
        import.nodes = saved;
        return std::nullopt;
    }
    return Flash{image.disk.source, image.disk.readonly, image.nodes};
}

bool give(Import& import, const std::optional<Flash>& code, const std::optional<Flash>& variables,
          const SourcePlace& place) {
    auto firmware = import.guest.os.firmware;
    if (!code || !code->read_only || firmware.loader) return false;
    firmware.loader = Loader{.path = code->path, .type = LoaderType::pflash, .place = place};
    firmware.loader->secure = import.secure_flash != nullptr;
    if (variables) {
        if (variables->read_only) return false;
        firmware.nvram = variables->path;
        firmware.nvram_place = place;
    }
    const auto put = [&](GuestDefinition& probe) { probe.os.firmware = firmware; };
    if (!can_be_defined(import, put)) return false;
    import.guest.os.firmware = firmware;
    for (const auto* flash : {&code, &variables})
        if (*flash)
            for (auto* part : (*flash)->parts)
                part->done = true;
    return true;
}

unsigned unit_of(const Pending& drive, unsigned otherwise) {
    for (const auto* key : {"unit", "index"})
        if (const auto number = parse_unsigned(drive.properties.peek(key).value_or("")))
            return static_cast<unsigned>(std::min<std::uint64_t>(*number, 2));
    return otherwise;
}

void settle_drives_of_flash(Import& import) {
    if (import.flashes.empty()) return;
    std::optional<Flash> flash[2];
    bool understood = import.flashes.size() <= 2;
    for (std::size_t i = 0; understood && i < import.flashes.size(); ++i) {
        auto& drive = import.flashes[i];
        const auto unit = unit_of(drive, static_cast<unsigned>(i));
        understood = unit < 2 && !flash[unit];
        if (understood) flash[unit] = flash_of(import, drive);
        understood = understood && flash[unit];
    }
    if (understood && give(import, flash[0], flash[1], import.flashes[0].option->word.place))
        return;
    for (const auto& drive : import.flashes)
        import.keep(*drive.option);
}

void settle_nodes_of_flash(Import& import) {
    const auto code = import.machine_words.find("pflash0");
    const auto variables = import.machine_words.find("pflash1");
    if (code == import.machine_words.end()) return;
    const bool both = variables != import.machine_words.end();
    const auto first = flash_of_node(import, code->second.value);
    const auto second = both ? flash_of_node(import, variables->second.value) : std::nullopt;
    if (both && !second) return;
    if (!give(import, first, second, code->second.option->word.place)) return;
    code->second.done = true;
    if (both) variables->second.done = true;
}

} // namespace

void import_bios(Import& import, const Option& option) {
    auto& loader = import.guest.os.firmware.loader;
    // A name alone is a file of QEMU's own.
    if (!option.value().starts_with('/') || loader) return import.keep(option);
    loader = Loader{.path = option.value(), .place = option.word.place};
}

void import_dtb(Import& import, const Option& option) {
    import.guest.os.firmware.dtb = import.path(option, option.value());
    import.guest.os.firmware.dtb_place = option.word.place;
}

void settle_firmware(Import& import) {
    settle_drives_of_flash(import);
    settle_nodes_of_flash(import);
    const auto& loader = import.guest.os.firmware.loader;
    if (import.secure_flash != nullptr && (!loader || !loader->secure))
        import.keep(*import.secure_flash);
}

bool read_vmcoreinfo(DeviceReader& device) {
    if (!device.complete()) return false;
    device.guest().feature_details.vmcoreinfo = true;
    return true;
}

} // namespace vmwarden::native
