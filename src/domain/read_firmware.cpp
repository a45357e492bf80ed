// SPDX-License-Identifier: LGPL-2.1-or-later
// What runs before the guest's own system: <loader>, <nvram>, <bios>, <bootmenu>, <smbios>, <dtb>.
#include "src/domain/readers.h"
#include "src/domain/values.h"

namespace vmwarden::domain {

namespace {

constexpr NotDone loader_refused[] = {
    {"stateless", "a loader without variables is one without <nvram>"}, {"format"}};
constexpr NotDone nvram_refused[] = {
    {"template", "the variables are not copied from it in this version: copy it yourself"},
    {"templateFormat"},
    {"type"},
    {"format"}};
constexpr NotDone nvram_children_refused[] = {{"source"}};
constexpr NotDone bios_refused[] = {{"useserial", "no firmware of QEMU's has such a console"}};
constexpr NotDone smbios_modes_refused[] = {{"host", "guests are not told what host they are on"},
                                            {"sysinfo"}};
constexpr Word<bool> smbios_modes[] = {{"emulate", true}};

std::string read_path(ElementReader& element, SourcePlace& place) {
    const auto value = element.trimmed_text();
    place = element.report().place(value.at);
    return path_from(value, element.report()).value_or("");
}

void read_loader(ElementReader& element, Firmware& firmware) {
    Loader loader;
    loader.type = element.word("type", loader_types).value_or(LoaderType::rom);
    element.expect("readonly", "yes", "what many guests boot from is not one guest's to write");
    const auto secure_at = element.attribute("secure");
    loader.secure = element.word("secure", yes_no).value_or(false);
    if (loader.secure && loader.type != LoaderType::pflash)
        element.error(secure_at->at, "only a loader of type 'pflash' can be secure",
                      "write type='pflash'");
    element.refuse_attributes(loader_refused);
    loader.path = read_path(element, loader.place);
    firmware.loader = std::move(loader);
}

void read_nvram(ElementReader& element, Firmware& firmware) {
    firmware.nvram = read_path(element, firmware.nvram_place);
    element.refuse_attributes(nvram_refused);
    element.refuse_children(nvram_children_refused);
    if (!firmware.loader || firmware.loader->type != LoaderType::pflash)
        element.error(element.at(), "<nvram> without a <loader type='pflash'>",
                      "add the loader whose variables these are");
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
    os.child("loader", [&](ElementReader& element) { read_loader(element, firmware); });
    os.child("nvram", [&](ElementReader& element) { read_nvram(element, firmware); });
    os.child("bootmenu", [&](ElementReader& element) { read_menu(element, firmware); });
    os.child("bios", [&](ElementReader& element) { read_bios(element, firmware); });
    os.child("smbios", [&](ElementReader& element) {
        firmware.smbios_emulated =
            element.required_word("mode", smbios_modes, smbios_modes_refused).value_or(false);
    });
    os.child("dtb", [&](ElementReader& element) {
        firmware.dtb = read_path(element, firmware.dtb_place);
    });
}

} // namespace vmwarden::domain
