// SPDX-License-Identifier: LGPL-2.1-or-later
// -smbios and -fw_cfg.
#include "src/base/text.h"
#include "src/native/import.h"

#include <algorithm>
#include <span>

namespace vmwarden::native {

namespace {

struct Structure {
    std::string_view number; // of -smbios type=
    SmbiosKind kind;
    std::span<const std::string_view> fields;
};
constexpr std::string_view bios[] = {"vendor", "version", "date", "release"};
constexpr std::string_view machine[] = {"manufacturer", "product", "version", "serial",
                                        "uuid",         "sku",     "family"};
constexpr std::string_view board[] = {"manufacturer", "product", "version",
                                      "serial",       "asset",   "location"};
constexpr std::string_view chassis[] = {"manufacturer", "version", "serial", "asset", "sku"};
constexpr std::string_view strings[] = {"value"};
constexpr Structure structures[] = {{"0", SmbiosKind::bios, bios},
                                    {"1", SmbiosKind::system, machine},
                                    {"2", SmbiosKind::base_board, board},
                                    {"3", SmbiosKind::chassis, chassis},
                                    {"11", SmbiosKind::oem_strings, strings}};

bool is_line(const std::string& value) {
    return !value.empty() && printable(value) == value && value.front() != ' ' &&
           value.back() != ' ';
}

std::optional<SmbiosTable> table_of(const Structure& structure, const Properties& properties) {
    SmbiosTable table{structure.kind, {}, {}};
    const bool several = structure.kind == SmbiosKind::oem_strings;
    for (const auto& field : properties.left()) {
        const bool known = std::ranges::find(structure.fields, field.key) != structure.fields.end();
        const bool twice =
            !several && std::ranges::count(table.entries, field.key, &SystemEntry::name) != 0;
        if (!known || twice || !is_line(field.value)) return std::nullopt;
        table.entries.push_back({several ? "" : field.key, field.value});
    }
    return table.entries.empty() ? std::nullopt : std::optional(std::move(table));
}

// Where there is no -uuid, this is the guest's.
bool is_own_uuid(Import& import, const SmbiosTable& table) {
    for (const auto& entry : table.entries) {
        if (entry.name != "uuid") continue;
        const auto uuid = Uuid::parse(entry.value);
        if (!import.guest.uuid) import.guest.uuid = uuid;
        if (!uuid || uuid != import.guest.uuid) return false;
    }
    return true;
}

bool add_table(Import& import, const Option& option) {
    auto properties = Properties::parse(option.value(), "type").value_or(Properties());
    const auto number = properties.take("type").value_or("");
    const auto* const structure = std::ranges::find(structures, number, &Structure::number);
    if (structure == std::end(structures)) return false;
    auto table = table_of(*structure, properties);
    auto& tables = import.guest.system_information.tables;
    const bool single = structure->kind != SmbiosKind::base_board;
    if (!table || !is_own_uuid(import, *table) ||
        (single && std::ranges::count(tables, structure->kind, &SmbiosTable::kind) != 0))
        return false;
    table->place = option.word.place;
    tables.push_back(std::move(*table));
    import.guest.os.firmware.smbios = SmbiosMode::sysinfo;
    return true;
}

bool add_file(Import& import, const Option& option) {
    auto properties = Properties::parse(option.value(), "name").value_or(Properties());
    SystemEntry entry{properties.take("name").value_or(""), properties.take("string").value_or(""),
                      properties.take("file").value_or(""), option.word.place};
    const bool one = entry.value.empty() != entry.file.empty();
    if (!entry.name.starts_with("opt/") || !one || !properties.left().empty()) return false;
    if (!entry.file.empty() && !entry.file.starts_with('/')) return false;
    import.guest.system_information.fwcfg.push_back(std::move(entry));
    return true;
}

} // namespace

// After -uuid, whatever the line's order.
void settle_system_information(Import& import) {
    for (const auto* option : import.smbios)
        if (!add_table(import, *option)) import.keep(*option);
}

void import_smbios(Import& import, const Option& option) {
    import.smbios.push_back(&option);
}

void import_fw_cfg(Import& import, const Option& option) {
    if (!add_file(import, option)) import.keep(option);
}

} // namespace vmwarden::native
