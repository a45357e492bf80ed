// SPDX-License-Identifier: LGPL-2.1-or-later
#include "src/native/import.h"

#include "src/base/text.h"
#include "src/domain/domain_xml.h"
#include "src/qemu/command_line.h"

#include <algorithm>

namespace vmwarden::native {

namespace {

constexpr auto permit_hint = "a host policy must permit it: permits: [qemu-commandline]";

} // namespace

void Import::keep(const Option& option, const std::string& why) {
    std::vector<std::string> words{option.word.text};
    if (option.argument && option.argument->place != option.word.place)
        words.push_back(option.argument->text);
    keep_as(option, std::move(words),
            "'" + option.text() + "' " + (why.empty() ? "has no place in the XML" : why) +
                ": kept in <qemu:commandline>");
}

void Import::keep_as(const Option& option, std::vector<std::string> words,
                     const std::string& message) {
    keep_silently(option, std::move(words));
    found.warning(option.word.place, message, permit_hint);
}

void Import::keep_silently(const Option& option, std::vector<std::string> words) {
    modern();
    note_ids(option);
    raw_.push_back({option.order, std::move(words), option.word.place});
}

void Import::note_ids(const Option& option) {
    const auto properties = Properties::parse(option.value(), "driver");
    if (!properties) return;
    for (const auto& property : properties->all()) {
        if (property.key == "id") continue;
        kept_ids_.insert(property.value);
        kept_ids_.insert(property.value.substr(0, property.value.rfind('.')));
    }
}

void Import::drop(const Option& option, const std::string& why, const std::string& hint) {
    found.warning(option.word.place, "'" + option.text() + "' is left out: " + why, hint);
}

void Import::warn(const Option& option, const std::string& message, const std::string& hint) {
    found.warning(option.word.place, message, hint);
}

void Import::error(const Option& option, const std::string& message, const std::string& hint) {
    found.error(option.word.place, message, hint);
}

std::string Import::path(const Option& option, const std::string& text) {
    if (!text.starts_with('/'))
        error(option, "path '" + printable(text) + "' is not absolute",
              "write the whole path: from which directory the line was started is not known");
    return text;
}

void Import::keep_properties(const Option& option, const std::string& driver,
                             const Properties& properties) {
    for (const auto& property : properties.left()) {
        const auto global = qemu::Options()
                                .set("driver", driver)
                                .set("property", property.key)
                                .set("value", property.value);
        keep_as(option, {"-global", global.text()},
                "property '" + printable(property.key) +
                    "' has no place in the XML: kept in <qemu:commandline> for every " +
                    printable(driver) + " of the guest");
    }
}

bool Import::is_q35() const {
    return guest.os.machine.find("q35") != std::string::npos;
}

std::optional<GuestDefinition> Import::read_again(GuestDefinition probe) {
    constexpr unsigned most_probes = 1024; // devices of a guest are fewer
    if (++probes_ > most_probes) return std::nullopt;
    probe.name = "probe";
    return read_domain("probe", write_domain(probe)).definition;
}

Timer& Import::timer(TimerName name) {
    const auto there = std::ranges::find(guest.timers, name, &Timer::name);
    if (there != guest.timers.end()) return *there;
    guest.timers.push_back({.name = name});
    return guest.timers.back();
}

std::optional<unsigned> Import::number(const Option& option, const std::string& text) {
    constexpr std::uint64_t most = 1U << 20;
    const auto value = parse_number(text);
    if (value && *value <= most) return static_cast<unsigned>(*value);
    error(option,
          "'" + printable(text) + "' in '" + option.text() + "' is no number, or too large");
    return std::nullopt;
}

void Import::give_raw_arguments() {
    std::ranges::stable_sort(raw_, {}, &Raw::order);
    for (const auto& raw : raw_)
        for (const auto& word : raw.words)
            guest.raw_arguments.push_back({word, raw.place});
}

} // namespace vmwarden::native
