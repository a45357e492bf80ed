// SPDX-License-Identifier: LGPL-2.1-or-later
// <shmem>: memory that the guest shares with other guests, or with programs of the host, as a PCI
// device (QEMU's docs/specs/ivshmem-spec).
#pragma once

#include "src/base/units.h"
#include "src/domain/device_info.h"

#include <cstdint>
#include <optional>
#include <string>

namespace vmwarden {

// plain: memory alone. doorbell: interrupts as well, by way of a server, which has the memory.
// unsaid: doorbell where a server is named.
enum class SharedMemoryModel { unsaid, plain, doorbell };

// Whether the memory's contents go along when the guest is migrated: the master's do.
enum class SharedMemoryRole { unsaid, master, peer };

struct SharedMemory {
    std::string name; // of plain also the file's in /dev/shm
    SharedMemoryModel model = SharedMemoryModel::unsaid;
    SharedMemoryRole role = SharedMemoryRole::unsaid;
    // A power of two; unsaid: 4 MiB. Of doorbell, whose server has the memory, without effect.
    std::optional<Bytes> size;
    std::string server;            // of doorbell: the socket of an ivshmem-server
    unsigned vectors = 0;          // of doorbell: interrupts; 0: QEMU's own number
    std::optional<bool> ioeventfd; // of doorbell: the kernel passes them on
    bool interrupts_said = false;  // <msi> was there
    SourcePlace place = {};
    SourcePlace server_place = {};
    DeviceInfo info = {};
    bool operator==(const SharedMemory&) const = default;
};

inline bool has_doorbell(const SharedMemory& memory) {
    return memory.model == SharedMemoryModel::doorbell ||
           (memory.model == SharedMemoryModel::unsaid && !memory.server.empty());
}

// What it is where nothing is said.
constexpr Bytes usual_shared_memory{std::uint64_t(4) << 20};

inline Bytes size_of(const SharedMemory& memory) {
    return memory.size.value_or(usual_shared_memory);
}

// Where shm_open(3) has it.
inline std::string file_of(const SharedMemory& memory) {
    return "/dev/shm/" + memory.name;
}

} // namespace vmwarden
