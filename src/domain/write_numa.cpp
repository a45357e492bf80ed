// SPDX-License-Identifier: LGPL-2.1-or-later
#include "src/domain/words.h"
#include "src/domain/writers.h"

namespace vmwarden::domain {

namespace {

void write_size(XmlWriter& xml, std::string_view name, Bytes size) {
    xml.text(name, std::to_string(size.count / 1024), {{"unit", "KiB"}});
}

void write_cell(XmlWriter& xml, const NumaCell& cell, const std::string& id) {
    const auto cpus = cell.cpus.text();
    const auto memory = std::to_string(cell.memory.count / 1024);
    XmlAttributes attributes{{"id", id}};
    if (!cpus.empty()) attributes.push_back({"cpus", cpus});
    attributes.push_back({"memory", memory});
    attributes.push_back({"unit", "KiB"});
    if (cell.access != MemoryAccess::unsaid)
        attributes.push_back({"memAccess", word_for(memory_accesses, cell.access)});
    xml.element("cell", attributes, [&] {
        if (cell.distances.empty()) return;
        xml.element("distances", {}, [&] {
            for (const auto& distance : cell.distances) {
                const auto to = std::to_string(distance.cell);
                const auto value = std::to_string(distance.value);
                xml.empty("sibling", {{"id", to}, {"value", value}});
            }
        });
    });
}

void write_module(XmlWriter& xml, const MemoryModule& module) {
    XmlAttributes attributes{{"model", "dimm"}};
    if (module.access != MemoryAccess::unsaid)
        attributes.push_back({"access", word_for(memory_accesses, module.access)});
    xml.element("memory", attributes, [&] {
        if (module.page_size != 0 || !module.nodes.empty())
            xml.element("source", {}, [&] {
                if (module.page_size != 0)
                    write_size(xml, "pagesize", Bytes{module.page_size * 1024});
                xml.text_if("nodemask", module.nodes.text());
            });
        xml.element("target", {}, [&] {
            write_size(xml, "size", module.size);
            if (module.cell) xml.text("node", std::to_string(*module.cell));
        });
        write_device_info(xml, module.info);
    });
}

} // namespace

void write_max_memory(XmlWriter& xml, const GuestDefinition& guest) {
    if (!guest.max_memory) return;
    const auto slots = std::to_string(guest.max_memory->slots);
    xml.text("maxMemory", std::to_string(guest.max_memory->size.count / 1024),
             {{"slots", slots}, {"unit", "KiB"}});
}

void write_numa_cells(XmlWriter& xml, const std::vector<NumaCell>& cells) {
    if (cells.empty()) return;
    xml.element("numa", {}, [&] {
        for (std::size_t i = 0; i < cells.size(); ++i)
            write_cell(xml, cells[i], std::to_string(i));
    });
}

void write_numa_tune(XmlWriter& xml, const NumaTune& tune) {
    if (tune == NumaTune{}) return;
    xml.element("numatune", {}, [&] {
        if (tune.memory) {
            const auto nodes = tune.memory->nodes.text();
            xml.empty("memory",
                      {{"mode", word_for(numa_modes, tune.memory->mode)}, {"nodeset", nodes}});
        }
        for (const auto& placed : tune.cells) {
            const auto cell = std::to_string(placed.cell);
            const auto nodes = placed.memory.nodes.text();
            xml.empty("memnode", {{"cellid", cell},
                                  {"mode", word_for(numa_modes, placed.memory.mode)},
                                  {"nodeset", nodes}});
        }
    });
}

void write_memory_modules(XmlWriter& xml, const GuestDefinition& guest) {
    for (const auto& module : guest.memory_modules)
        write_module(xml, module);
}

} // namespace vmwarden::domain
