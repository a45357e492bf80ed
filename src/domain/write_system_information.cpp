// SPDX-License-Identifier: LGPL-2.1-or-later
#include "src/domain/words.h"
#include "src/domain/writers.h"

namespace vmwarden::domain {

namespace {

void write_entry(XmlWriter& xml, const SystemEntry& entry) {
    XmlAttributes attributes;
    if (!entry.name.empty()) attributes.push_back({"name", entry.name});
    if (!entry.file.empty()) attributes.push_back({"file", entry.file});
    if (entry.file.empty())
        xml.text("entry", entry.value, attributes);
    else
        xml.empty("entry", attributes);
}

} // namespace

void write_system_information(XmlWriter& xml, const SystemInformation& information) {
    if (!information.tables.empty())
        xml.element("sysinfo", {{"type", "smbios"}}, [&] {
            for (const auto& table : information.tables)
                xml.element(word_for(smbios_tables, table.kind), {}, [&] {
                    for (const auto& entry : table.entries)
                        write_entry(xml, entry);
                });
        });
    if (information.fwcfg.empty()) return;
    xml.element("sysinfo", {{"type", "fwcfg"}}, [&] {
        for (const auto& file : information.fwcfg)
            write_entry(xml, file);
    });
}

} // namespace vmwarden::domain
