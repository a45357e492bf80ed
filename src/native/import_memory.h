// SPDX-License-Identifier: LGPL-2.1-or-later
// The objects that a guest's memory is made of.
#pragma once

#include "src/native/device_reader.h"

namespace vmwarden::native {

struct MemoryObject {
    Pending* object = nullptr;
    Bytes size;
    bool memfd = false; // or a file that is as good as one
    bool shared = false;
    bool immediate = false;
    bool huge = false;
    std::uint64_t page_size = 0; // KiB; 0: the host's own
    std::optional<MemoryPlacement> placement = {};
    unsigned threads = 0;     // that fill it; 0: QEMU's own number
    bool has_context = false; // they run where the XML has no word for
};

// It is in the definition.
void use(Import& import, const MemoryObject& memory);

// None for one that the definition cannot say.
std::optional<MemoryObject> read_memory_object(Pending& object);

// What <memoryBacking> says where the memory is made of these, one at least. None where they have
// too little in common.
std::optional<MemoryBacking> common_backing(const Import& import,
                                            const std::vector<MemoryObject>& parts);
// What one of them says beyond that.
MemoryAccess access_of(const MemoryBacking& all, const MemoryObject& part);

// A definition of nothing but the guest's memory and processors, to be tried.
GuestDefinition memory_of(const Import& import);

// -numa.
void settle_cells(Import& import);

} // namespace vmwarden::native
