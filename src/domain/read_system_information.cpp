// SPDX-License-Identifier: LGPL-2.1-or-later
#include "src/domain/readers.h"
#include "src/domain/values.h"

#include <algorithm>

namespace vmwarden::domain {

namespace {

constexpr std::size_t longest_string = 255; // of SMBIOS, as firmware reads them
constexpr std::size_t most_strings = 255;
constexpr std::size_t longest_value = 65536;
constexpr std::size_t longest_file_name = 55; // of QEMU's fw_cfg, its final zero aside
constexpr std::size_t most_files = 32;        // what all versions of QEMU have room for

enum class SysinfoType { smbios, fwcfg };
constexpr Word<SysinfoType> sysinfo_types[] = {{"smbios", SysinfoType::smbios},
                                               {"fwcfg", SysinfoType::fwcfg}};

constexpr Word<std::string_view> bios_entries[] = {self("vendor"), self("version"), self("date"),
                                                   self("release")};
constexpr Word<std::string_view> system_entries[] = {
    self("manufacturer"), self("product"), self("version"), self("serial"),
    self("uuid"),         self("sku"),     self("family")};
constexpr Word<std::string_view> board_entries[] = {self("manufacturer"), self("product"),
                                                    self("version"),      self("serial"),
                                                    self("asset"),        self("location")};
constexpr Word<std::string_view> chassis_entries[] = {self("manufacturer"), self("version"),
                                                      self("serial"), self("asset"), self("sku")};
constexpr NotDone tables_refused[] = {{"processor", "QEMU describes its own processors"},
                                      {"memory_device", "QEMU describes its own memory"}};

// "1.20", two numbers of a byte each.
bool is_release(std::string_view text) {
    const auto dot = text.find('.');
    if (dot == std::string_view::npos) return false;
    const auto fits = [](std::string_view digits) {
        const auto number = parse_number(digits);
        return number && *number <= 255;
    };
    return fits(text.substr(0, dot)) && fits(text.substr(dot + 1));
}

// "12/31/2026", or with two digits for the year.
bool is_date(std::string_view text) {
    if (text.size() != 8 && text.size() != 10) return false;
    for (std::size_t i = 0; i < text.size(); ++i)
        if (i == 2 || i == 5 ? text[i] != '/' : text[i] < '0' || text[i] > '9') return false;
    return true;
}

void check_special(ElementReader& element, const Value& value, const SmbiosTable& table,
                   const SystemEntry& entry, const GuestDefinition& guest) {
    if (table.kind == SmbiosKind::bios && entry.name == "release" && !is_release(entry.value))
        element.error(value.at, in_quotes(entry.value) + " is no release of a BIOS",
                      "write two numbers up to 255, as 1.20");
    if (table.kind == SmbiosKind::bios && entry.name == "date" && !is_date(entry.value))
        element.error(value.at, in_quotes(entry.value) + " is no date of SMBIOS",
                      "write month, day and year, as 12/31/2026");
    if (entry.name == "uuid" && (!guest.uuid || Uuid::parse(entry.value) != guest.uuid))
        element.error(value.at, "the machine's UUID is the guest's own",
                      guest.uuid ? "write " + guest.uuid->text() : "write the same in <uuid>");
}

template <std::size_t count>
void read_entry(ElementReader& element, const Word<std::string_view> (&names)[count],
                SmbiosTable& table, const GuestDefinition& guest) {
    const auto name = element.required_word("name", names);
    const auto value = element.trimmed_text();
    if (!name) return;
    SystemEntry entry{std::string(*name), {}, {}, element.place()};
    if (value.text.empty())
        return element.error(element.at(), "this entry has no value", "write one, or remove it");
    entry.value =
        line_from(value, "an SMBIOS string", longest_string, element.report()).value_or("");
    check_special(element, value, table, entry, guest);
    if (std::ranges::count(table.entries, entry.name, &SystemEntry::name) != 0)
        return element.error(element.at(), "this entry is written twice", "keep one of them");
    table.entries.push_back(std::move(entry));
}

template <std::size_t count>
void read_table(ElementReader& element, SmbiosKind kind,
                const Word<std::string_view> (&names)[count], GuestDefinition& guest) {
    SmbiosTable table{kind, {}, element.place()};
    element.children("entry",
                     [&](ElementReader& entry) { read_entry(entry, names, table, guest); });
    if (table.entries.empty()) return; // says nothing
    guest.system_information.tables.push_back(std::move(table));
}

void read_strings(ElementReader& element, GuestDefinition& guest) {
    SmbiosTable table{SmbiosKind::oem_strings, {}, element.place()};
    element.children("entry", [&](ElementReader& entry) {
        if (table.entries.size() == most_strings)
            return entry.error(entry.at(), "a table has at most 255 strings");
        const auto value = entry.text();
        if (value.text.empty())
            return entry.error(entry.at(), "an SMBIOS string cannot be empty", "remove it");
        auto text = line_from(value, "an SMBIOS string", longest_value, entry.report());
        table.entries.push_back({{}, text.value_or(""), {}, entry.place()});
    });
    if (!table.entries.empty()) guest.system_information.tables.push_back(std::move(table));
}

void read_smbios(ElementReader& element, GuestDefinition& guest) {
    element.child("bios", [&](ElementReader& table) {
        read_table(table, SmbiosKind::bios, bios_entries, guest);
    });
    element.child("system", [&](ElementReader& table) {
        read_table(table, SmbiosKind::system, system_entries, guest);
    });
    element.children("baseBoard", [&](ElementReader& table) {
        read_table(table, SmbiosKind::base_board, board_entries, guest);
    });
    element.child("chassis", [&](ElementReader& table) {
        read_table(table, SmbiosKind::chassis, chassis_entries, guest);
    });
    element.child("oemStrings", [&](ElementReader& table) { read_strings(table, guest); });
    element.refuse_children(tables_refused);
    if (guest.os.firmware.smbios == SmbiosMode::unsaid)
        element.report().warning(element.at(), "<sysinfo type='smbios'> is without effect",
                                 "write <smbios mode='sysinfo'/> in <os>");
}

bool is_file_name(std::string_view name) {
    return name.size() > 4 && name.size() <= longest_file_name && name.starts_with("opt/") &&
           std::ranges::all_of(name, [](char c) { return c > ' ' && c <= '~'; });
}

void read_file(ElementReader& element, GuestDefinition& guest) {
    auto& files = guest.system_information.fwcfg;
    if (files.size() == most_files)
        return element.error(element.at(), "the firmware is told at most " +
                                               std::to_string(most_files) + " files");
    const auto name = element.required_attribute("name");
    const auto file = element.attribute("file");
    const auto value = element.text();
    if (!name) return;
    if (!is_file_name(name->text))
        return element.error(name->at, in_quotes(name->text) + " cannot be such a file's name",
                             "write opt/ and up to 51 letters more, as opt/com.example/words");
    SystemEntry entry{std::string(name->text), {}, {}, element.place()};
    if (file) entry.file = path_from(*file, element.report()).value_or("");
    if (file && !value.text.empty())
        element.error(value.at, "the file's content is here and in another file",
                      "keep one of them");
    if (!file && value.text.empty())
        element.error(element.at(), "this entry is empty", "write file='/...', or its content");
    if (!file)
        entry.value =
            text_from(value, "a file's content", longest_value, element.report()).value_or("");
    if (std::ranges::count(files, entry.name, &SystemEntry::name) != 0)
        return element.error(element.at(), "this file is written twice", "keep one of them");
    files.push_back(std::move(entry));
}

} // namespace

void read_sysinfo(ElementReader& element, GuestDefinition& guest) {
    const auto type = element.required_word("type", sysinfo_types);
    if (!type) return element.skip_rest();
    if (*type == SysinfoType::fwcfg)
        return element.children("entry", [&](ElementReader& file) { read_file(file, guest); });
    if (!guest.system_information.tables.empty())
        return element.error(element.at(), "the tables of SMBIOS are written twice",
                             "keep one <sysinfo type='smbios'>");
    read_smbios(element, guest);
}

} // namespace vmwarden::domain
