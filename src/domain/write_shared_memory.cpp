// SPDX-License-Identifier: LGPL-2.1-or-later
#include "src/domain/words.h"
#include "src/domain/writers.h"

namespace vmwarden::domain {

namespace {

void write_interrupts(XmlWriter& xml, const SharedMemory& memory) {
    XmlAttributes interrupts;
    const auto vectors = std::to_string(memory.vectors);
    if (memory.vectors != 0) interrupts.push_back({"vectors", vectors});
    if (memory.ioeventfd) interrupts.push_back({"ioeventfd", word_for(on_off, *memory.ioeventfd)});
    xml.empty("msi", interrupts);
}

} // namespace

void write_shared_memory(XmlWriter& xml, const SharedMemory& memory) {
    XmlAttributes attributes{{"name", memory.name}};
    if (memory.role != SharedMemoryRole::unsaid)
        attributes.push_back({"role", word_for(shared_memory_roles, memory.role)});
    xml.element("shmem", attributes, [&] {
        if (memory.model != SharedMemoryModel::unsaid)
            xml.empty("model", {{"type", word_for(shared_memory_models, memory.model)}});
        if (memory.size)
            xml.text("size", std::to_string(memory.size->count / 1024), {{"unit", "KiB"}});
        if (!memory.server.empty()) xml.empty("server", {{"path", memory.server}});
        if (memory.interrupts_said) write_interrupts(xml, memory);
        write_device_info(xml, memory.info);
    });
}

} // namespace vmwarden::domain
