// SPDX-License-Identifier: LGPL-2.1-or-later
// What runs before the guest's own system: <firmware>, <loader>, <nvram>, <bios>, <bootmenu>,
// <smbios>, <dtb>.
#include "src/domain/readers.h"
#include "src/domain/values.h"

namespace vmwarden::domain {

namespace {

constexpr std::string_view raw_alone = "firmware in another format is not handled in this version";
constexpr Word<bool> nvram_types[] = {{"file", true}};
constexpr std::string_view own_file = "variables are a file of this host's";
constexpr NotDone nvram_types_refused[] = {{"block", own_file}, {"network", own_file}};
constexpr NotDone bios_refused[] = {{"useserial", "no firmware of QEMU's has such a console"}};
constexpr NotDone smbios_modes_refused[] = {{"host", "guests are not told what host they are on"}};

std::string read_path(ElementReader& element, SourcePlace& place) {
    const auto value = element.trimmed_text();
    place = element.report().place(value.at);
    return path_from(value, element.report()).value_or("");
}

void read_feature(ElementReader& feature, Firmware& firmware) {
    constexpr Word<std::optional<bool> Firmware::*> features[] = {
        {"secure-boot", &Firmware::secure_boot}, {"enrolled-keys", &Firmware::enrolled_keys}};
    const auto name = feature.required_word("name", features);
    const auto enabled = feature.required_word("enabled", yes_no);
    if (!name || !enabled) return;
    if (firmware.**name)
        return feature.error(feature.at(), "this feature is asked for twice", "keep one of them");
    firmware.** name = enabled;
}

void read_kind(ElementReader& os, Firmware& firmware) {
    firmware.kind = os.word("firmware", firmware_kinds).value_or(FirmwareKind::unsaid);
    os.child("firmware", [&](ElementReader& wishes) {
        wishes.children("feature", [&](ElementReader& each) { read_feature(each, firmware); });
        if (firmware.kind != FirmwareKind::efi)
            wishes.error(wishes.at(), "features of firmware that is not looked for",
                         "write <os firmware='efi'>");
    });
}

// Firmware that is looked for needs no name.
void read_loader_path(ElementReader& element, const Firmware& firmware, Loader& loader) {
    const auto value = element.trimmed_text();
    loader.place = element.report().place(value.text.empty() ? element.at() : value.at);
    if (value.text.empty() && firmware.kind != FirmwareKind::unsaid) return;
    loader.path = path_from(value, element.report()).value_or("");
}

void read_loader(ElementReader& element, Firmware& firmware) {
    Loader loader;
    const bool efi = firmware.kind == FirmwareKind::efi;
    loader.type =
        element.word("type", loader_types).value_or(efi ? LoaderType::pflash : LoaderType::rom);
    element.expect("readonly", "yes", "what many guests boot from is not one guest's to write");
    element.expect("format", "raw", raw_alone);
    const auto secure_at = element.attribute("secure");
    loader.secure = element.word("secure", yes_no).value_or(false);
    if (loader.secure && loader.type != LoaderType::pflash)
        element.error(secure_at->at, "only a loader of type 'pflash' can be secure",
                      "write type='pflash'");
    loader.stateless = element.word("stateless", yes_no);
    read_loader_path(element, firmware, loader);
    firmware.loader = std::move(loader);
}

void read_nvram(ElementReader& element, Firmware& firmware) {
    const auto value = element.trimmed_text();
    const auto from = element.attribute("template");
    const bool typed = element.attribute("type").has_value();
    if (typed && !element.word("type", nvram_types, nvram_types_refused))
        return element.skip_rest();
    firmware.nvram_place = element.place();
    if (from) firmware.nvram_template = path_from(*from, element.report()).value_or("");
    if (!value.text.empty()) {
        firmware.nvram_place = element.report().place(value.at);
        firmware.nvram = path_from(value, element.report()).value_or("");
    } else if (typed) {
        element.child("source", [&](ElementReader& source) {
            firmware.nvram_place = source.place();
            if (const auto file = source.required_attribute("file"))
                firmware.nvram = path_from(*file, source.report()).value_or("");
        });
    } else if (!from && firmware.kind == FirmwareKind::unsaid) {
        element.error(element.at(), "<nvram> names neither a file nor a template",
                      "write <nvram template='/...'/>, or a path inside");
    }
    element.expect("templateFormat", "raw", raw_alone);
    element.expect("format", "raw", raw_alone);
    const bool looked_for = firmware.kind == FirmwareKind::efi;
    const bool flash = firmware.loader ? firmware.loader->type == LoaderType::pflash : looked_for;
    if (!flash)
        element.error(element.at(), "<nvram> without a <loader type='pflash'>",
                      "add the loader whose variables these are");
    if (firmware.loader && firmware.loader->stateless == true)
        element.error(element.at(), "<nvram> beside a loader that is stateless", "remove it");
}

void read_menu(ElementReader& element, Firmware& firmware) {
    BootMenu menu;
    menu.enabled = element.required_word("enable", yes_no).value_or(false);
    if (const auto timeout = element.attribute("timeout")) {
        const auto number = number_from(*timeout, "timeout", 0, 65535, element.report());
        menu.timeout = static_cast<unsigned>(number.value_or(0));
        if (!menu.enabled)
            element.error(timeout->at, "a menu that does not show has no timeout", "remove it");
    }
    firmware.menu = menu;
}

void read_bios(ElementReader& element, Firmware& firmware) {
    element.refuse_attributes(bios_refused);
    const auto timeout = element.attribute("rebootTimeout");
    if (!timeout) return;
    if (timeout->text == "-1") {
        firmware.reboot_timeout = -1;
        return;
    }
    const auto number = number_from(*timeout, "rebootTimeout", 0, 65535, element.report());
    if (number) firmware.reboot_timeout = static_cast<int>(*number);
}

} // namespace

void read_firmware(ElementReader& os, Firmware& firmware) {
    read_kind(os, firmware);
    os.child("loader", [&](ElementReader& element) { read_loader(element, firmware); });
    os.child("nvram", [&](ElementReader& element) { read_nvram(element, firmware); });
    os.child("bootmenu", [&](ElementReader& element) { read_menu(element, firmware); });
    os.child("bios", [&](ElementReader& element) { read_bios(element, firmware); });
    os.child("smbios", [&](ElementReader& element) {
        firmware.smbios = element.required_word("mode", smbios_modes, smbios_modes_refused)
                              .value_or(SmbiosMode::unsaid);
    });
    os.child("dtb", [&](ElementReader& element) {
        firmware.dtb = read_path(element, firmware.dtb_place);
    });
}

} // namespace vmwarden::domain
