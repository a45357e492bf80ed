// SPDX-License-Identifier: LGPL-2.1-or-later
// -global: properties of what the machine has on board, by "driver.property=value" or in full.
#include "src/base/text.h"
#include "src/native/import.h"
#include "src/qemu/board.h"

#include <algorithm>

namespace vmwarden::native {

namespace {

bool is(const Import& import, qemu::Chipset chipset) {
    return qemu::chipset_of(import.guest.os.machine) == chipset;
}

// 0 and 1: whether it is off.
bool take_sleep(std::optional<bool>& sleep, const std::string& off) {
    if (off != "0" && off != "1") return false;
    sleep = off == "0";
    return true;
}
bool take_s3(Import& import, const Option&, const std::string& value) {
    return take_sleep(import.guest.power.suspend_to_mem, value);
}
bool take_s4(Import& import, const Option&, const std::string& value) {
    return take_sleep(import.guest.power.suspend_to_disk, value);
}

bool take_pit_ticks(Import& import, const Option&, const std::string& value) {
    if (value != "delay" && value != "discard") return false;
    import.timer(TimerName::pit).tick = value == "delay" ? TickPolicy::delay : TickPolicy::discard;
    return true;
}

bool take_rtc_ticks(Import& import, const Option&, const std::string& value) {
    if (value != "slew") return false;
    import.timer(TimerName::rtc).tick = TickPolicy::catchup;
    return true;
}

bool take_secure_flash(Import& import, const Option& option, const std::string& value) {
    if (switch_of(value) != true) return false;
    import.secure_flash = &option; // of the loader, if there is one
    return true;
}

bool take_tseg(Import& import, const Option&, const std::string& value) {
    constexpr std::uint64_t most = 1U << 16;
    const auto size = parse_unsigned(value);
    if (!size || *size == 0 || *size > most || !is(import, qemu::Chipset::q35)) return false;
    import.guest.feature_details.tseg = *size * 1024;
    return true;
}

// What a q35 has on board; its action is that of all watchdogs.
bool take_watchdog(Import& import, const Option& option, const std::string& value) {
    const auto& watchdogs = import.guest.watchdogs;
    if (switch_of(value) != false || !is(import, qemu::Chipset::q35) ||
        std::ranges::count(watchdogs, WatchdogModel::itco, &Watchdog::model) != 0)
        return false;
    Watchdog watchdog;
    watchdog.model = WatchdogModel::itco;
    watchdog.place = option.word.place;
    import.guest.watchdogs.push_back(std::move(watchdog));
    return true;
}

bool take_hole(Import& import, const Option& option, const std::string& value,
               qemu::Chipset chipset, const char* model) {
    const auto size = size_of(value, 0);
    const auto& controllers = import.guest.controllers;
    const bool there = std::ranges::any_of(controllers, [](const Controller& each) {
        return each.type == ControllerType::pci && each.index == 0;
    });
    if (!is(import, chipset) || !size || size->count % 1024 != 0 || there) return false;
    Controller root{.type = ControllerType::pci, .index = 0, .model = model};
    root.pci.hole64 = size->count / 1024;
    root.place = option.word.place;
    import.guest.controllers.push_back(std::move(root));
    return true;
}
bool take_pcie_hole(Import& import, const Option& option, const std::string& value) {
    return take_hole(import, option, value, qemu::Chipset::q35, "pcie-root");
}
bool take_pci_hole(Import& import, const Option& option, const std::string& value) {
    return take_hole(import, option, value, qemu::Chipset::i440fx, "pci-root");
}

// A floppy's place in the boot order is a property of its controller.
bool take_floppy(Import& import, const Option& option, const std::string& value, unsigned drive) {
    const auto index = import.number(option, value);
    if (index) import.floppy_boots.emplace_back(drive, *index);
    return true;
}
bool take_first_floppy(Import& import, const Option& option, const std::string& value) {
    return take_floppy(import, option, value, 0);
}
bool take_second_floppy(Import& import, const Option& option, const std::string& value) {
    return take_floppy(import, option, value, 1);
}

struct Global {
    std::string_view driver;
    std::string_view property;
    bool (*take)(Import&, const Option&, const std::string& value);
};
constexpr Global globals[] = {{"PIIX4_PM", "disable_s3", take_s3},
                              {"PIIX4_PM", "disable_s4", take_s4},
                              {"ICH9-LPC", "disable_s3", take_s3},
                              {"ICH9-LPC", "disable_s4", take_s4},
                              {"ICH9-LPC", "noreboot", take_watchdog},
                              {"mch", "extended-tseg-mbytes", take_tseg},
                              {"kvm-pit", "lost_tick_policy", take_pit_ticks},
                              {"mc146818rtc", "lost_tick_policy", take_rtc_ticks},
                              {"cfi.pflash01", "secure", take_secure_flash},
                              {"q35-pcihost", "pci-hole64-size", take_pcie_hole},
                              {"i440FX-pcihost", "pci-hole64-size", take_pci_hole},
                              {"isa-fdc", "bootindexA", take_first_floppy},
                              {"isa-fdc", "bootindexB", take_second_floppy}};

struct Words {
    std::string driver;
    std::string property;
    std::string value;
};

// "DRIVER.PROPERTY=VALUE", the property being what is behind the last dot, or by three keys.
Words words_of(const std::string& text) {
    const auto equals = text.find('=');
    const auto dot = text.rfind('.', equals);
    if (text.find(',') == text.npos && equals != text.npos && dot != text.npos)
        return {text.substr(0, dot), text.substr(dot + 1, equals - dot - 1),
                text.substr(equals + 1)};
    const auto properties = Properties::parse(text).value_or(Properties());
    return {properties.peek("driver").value_or(""), properties.peek("property").value_or(""),
            properties.peek("value").value_or("")};
}

} // namespace

void import_global(Import& import, const Option& option) {
    const auto words = words_of(option.value());
    for (const auto& global : globals)
        if (global.driver == words.driver && global.property == words.property &&
            global.take(import, option, words.value))
            return;
    import.keep(option);
}

} // namespace vmwarden::native
