// SPDX-License-Identifier: LGPL-2.1-or-later
// Memory that guests share: the ivshmem devices, and the object or character device behind them.
#include "src/native/device_reader.h"

namespace vmwarden::native {

namespace {

constexpr std::string_view place_of_names = "/dev/shm/"; // shm_open(3)

// The master's word for it; "auto" is no word of the XML.
SharedMemoryRole take_role(DeviceReader& device) {
    const auto master = device.turn("master");
    if (!master) return SharedMemoryRole::unsaid;
    return *master ? SharedMemoryRole::master : SharedMemoryRole::peer;
}

bool add(DeviceReader& device, SharedMemory memory) {
    auto& import = device.import();
    memory.place = memory.server_place = device.place();
    const bool twice =
        std::ranges::count(import.guest.shared_memories, memory.name, &SharedMemory::name) != 0;
    if (twice || !can_be_defined(import, [&](auto& probe) { probe.shared_memories = {memory}; }))
        return false;
    import.guest.shared_memories.push_back(std::move(memory));
    return true;
}

// A file in /dev/shm, and nothing more said of it.
bool take_file(Properties properties, SharedMemory& memory) {
    properties.take("id");
    const bool file = properties.take("qom-type") == "memory-backend-file";
    const auto path = properties.take("mem-path").value_or("");
    const auto size = size_of(properties.take("size").value_or(""), 0);
    const auto share = switch_of(properties.take("share").value_or(""));
    if (!file || !size || share != true || !properties.left().empty()) return false;
    if (!path.starts_with(place_of_names)) return false;
    memory.name = path.substr(place_of_names.size());
    if (*size != usual_shared_memory) memory.size = *size;
    return true;
}

} // namespace

bool read_plain_memory(DeviceReader& device) {
    auto* end = device.end("memdev", device.import().objects);
    SharedMemory memory;
    memory.model = SharedMemoryModel::plain;
    if (end == nullptr || !take_file(end->properties, memory)) return false;
    memory.role = take_role(device);
    device.on_pci(memory.info);
    if (!device.complete() || !add(device, std::move(memory))) return false;
    end->done = true;
    return true;
}

// Its server knows it by the connection alone: the name is ours.
bool read_doorbell(DeviceReader& device) {
    auto* end = device.end("chardev", device.import().chardevs);
    if (end == nullptr) return false;
    SharedMemory memory;
    memory.model = SharedMemoryModel::doorbell;
    memory.name = "shmem" + std::to_string(device.guest().shared_memories.size());
    memory.server = take_client_socket(*end);
    device.number("vectors", memory.vectors);
    memory.ioeventfd = device.turn("ioeventfd");
    memory.interrupts_said = memory.vectors != 0 || memory.ioeventfd;
    memory.role = take_role(device);
    device.on_pci(memory.info);
    if (memory.server.empty() || !device.complete() || !add(device, std::move(memory)))
        return false;
    end->done = true;
    return true;
}

} // namespace vmwarden::native
