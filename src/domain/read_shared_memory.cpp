// SPDX-License-Identifier: LGPL-2.1-or-later
#include "src/domain/readers.h"
#include "src/domain/values.h"

#include <bit>

namespace vmwarden::domain {

namespace {

constexpr NotDone models_refused[] = {
    {"ivshmem", "QEMU has it no more since version 4.0: ivshmem-plain took its place"}};
constexpr std::uint64_t least_bytes = std::uint64_t(1) << 20; // what libvirt's users are told
constexpr std::uint64_t most_vectors = 65535;                 // QEMU's property is 32 bits wide
constexpr std::size_t longest_socket_path = 107;              // sockaddr_un

// A file's name in /dev/shm, and a part of QEMU's command line.
void read_name(ElementReader& element, SharedMemory& memory, const GuestDefinition& guest) {
    const auto name = element.required_attribute("name");
    if (!name) return;
    memory.name = token_from(*name, "name", element.report()).value_or("");
    for (const auto& other : guest.shared_memories)
        if (!memory.name.empty() && other.name == memory.name)
            return element.error(name->at,
                                 "the shared memory of line " + std::to_string(other.place.line) +
                                     " has this name already",
                                 "one device is enough for it: remove the other");
}

void read_model(ElementReader& model, SharedMemory& memory) {
    if (const auto type = model.required_word("type", shared_memory_models, models_refused))
        memory.model = *type;
}

void read_size(ElementReader& size, SharedMemory& memory) {
    const auto unit = size.attribute("unit");
    const auto number = size.trimmed_text();
    memory.size = memory_from(number, unit, size.report());
    if (memory.size &&
        (!std::has_single_bit(memory.size->count) || memory.size->count < least_bytes))
        size.error(number.at, "shared memory is a power of two, and no less than 1 MiB",
                   "write <size unit='M'>4</size>");
}

void read_server(ElementReader& server, SharedMemory& memory) {
    memory.server_place = server.place();
    const auto path = server.required_attribute("path");
    if (!path) return;
    memory.server = path_from(*path, server.report()).value_or("");
    if (memory.server.size() > longest_socket_path)
        server.error(path->at, "a socket's path can have " + std::to_string(longest_socket_path) +
                                   " bytes at most");
}

void read_interrupts(ElementReader& interrupts, SharedMemory& memory) {
    memory.interrupts_said = true;
    if (const auto vectors = interrupts.attribute("vectors"))
        memory.vectors = static_cast<unsigned>(
            number_from(*vectors, "vectors", 1, most_vectors, interrupts.report()).value_or(0));
    memory.ioeventfd = interrupts.word("ioeventfd", on_off);
    // QEMU has no other interrupts for it.
    if (const auto enabled = interrupts.attribute("enabled");
        enabled && interrupts.word("enabled", yes_no) == false)
        interrupts.error(enabled->at, "a doorbell without message-signalled interrupts is refused",
                         "remove enabled='no'");
}

void check_model(ElementReader& element, const SharedMemory& memory) {
    const bool doorbell = has_doorbell(memory);
    if (doorbell && memory.server.empty())
        element.error(
            element.at(), "an ivshmem-doorbell needs a <server>",
            "write <server path='/run/ivshmem/socket'/>, where an ivshmem-server listens, "
            "or <model type='ivshmem-plain'/>");
    if (!doorbell && (!memory.server.empty() || memory.interrupts_said))
        element.error(element.at(), "an ivshmem-plain has neither <server> nor <msi>",
                      "remove them, or write <model type='ivshmem-doorbell'/>");
}

} // namespace

void read_shared_memory(ElementReader& element, GuestDefinition& guest) {
    SharedMemory memory;
    memory.place = memory.server_place = element.place();
    read_name(element, memory, guest);
    memory.role = element.word("role", shared_memory_roles).value_or(SharedMemoryRole::unsaid);
    bool known = true;
    element.child("model", [&](ElementReader& model) {
        read_model(model, memory);
        known = memory.model != SharedMemoryModel::unsaid;
    });
    element.child("size", [&](ElementReader& size) { read_size(size, memory); });
    const bool served =
        element.child("server", [&](ElementReader& server) { read_server(server, memory); });
    element.child("msi", [&](ElementReader& interrupts) { read_interrupts(interrupts, memory); });
    memory.info = read_device_info(element, {AddressKind::pci});
    if (known && !(served && memory.server.empty())) check_model(element, memory);
    guest.shared_memories.push_back(std::move(memory));
}

} // namespace vmwarden::domain
