// SPDX-License-Identifier: LGPL-2.1-or-later
#include "src/qemu/shared_memory.h"

#include "src/qemu/command_line.h"
#include "src/qemu/unsupported.h"

namespace vmwarden::qemu {

namespace {

// Both devices have it, and off unless told.
void put_role(Json& device, SharedMemoryRole role) {
    if (role != SharedMemoryRole::unsaid)
        device["master"] = role == SharedMemoryRole::master ? "on" : "off";
}

void add_plain(CommandLine& command, const SharedMemory& memory, const std::string& id,
               const std::string& path) {
    command.add("-object", Json{{"qom-type", "memory-backend-file"},
                                {"id", id + "-memory"},
                                {"mem-path", path},
                                {"size", size_of(memory).count},
                                {"share", true}});
    Json device{{"driver", "ivshmem-plain"}, {"id", id}, {"memdev", id + "-memory"}};
    put_role(device, memory.role);
    command.device(device, memory.info);
}

void add_doorbell(CommandLine& command, const SharedMemory& memory, const std::string& id) {
    command.add("-chardev", Options("socket").set("id", id + "-server").set("path", memory.server));
    Json device{{"driver", "ivshmem-doorbell"}, {"id", id}, {"chardev", id + "-server"}};
    if (memory.vectors != 0) device["vectors"] = memory.vectors;
    if (memory.ioeventfd) device["ioeventfd"] = *memory.ioeventfd;
    put_role(device, memory.role);
    command.device(device, memory.info);
}

} // namespace

void add_shared_memories(CommandLine& command, const GuestDefinition& definition,
                         const CommandContext& context) {
    for (std::size_t i = 0; i < definition.shared_memories.size(); ++i) {
        const auto& memory = definition.shared_memories[i];
        const auto id = "shmem" + std::to_string(i);
        const auto file = context.shared_memory_files.find(i);
        if (has_doorbell(memory))
            add_doorbell(command, memory, id);
        else
            add_plain(command, memory, id,
                      file == context.shared_memory_files.end() ? file_of(memory) : file->second);
    }
}

void check_shared_memories(Diagnostics& found, const GuestDefinition& definition) {
    for (const auto& memory : definition.shared_memories) {
        check_path(found, memory.server_place, "server", memory.server);
        check_text(found, memory.place, "name", memory.name);
    }
}

} // namespace vmwarden::qemu
