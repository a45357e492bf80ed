// SPDX-License-Identifier: LGPL-2.1-or-later
// The nodes of memory that a guest sees, where the host keeps what is in them, and memory modules.
#pragma once

#include "src/base/diagnostic.h"
#include "src/base/number_set.h"
#include "src/base/units.h"
#include "src/domain/device_info.h"
#include "src/domain/platform.h"

#include <optional>
#include <string>
#include <vector>

namespace vmwarden {

// <maxMemory>: what the guest's memory can grow to, and the places for modules.
struct MaxMemory {
    Bytes size;
    unsigned slots = 0;
    SourcePlace place = {};
    bool operator==(const MaxMemory&) const = default;
};

struct CellDistance {
    unsigned cell = 0;
    unsigned value = 0; // 10 is near, as the firmware's tables have it; 255 unreachable
    bool operator==(const CellDistance&) const = default;
};

// A <cell> of <cpu><numa>. Cells are numbered from 0 without a gap and kept in that order.
struct NumaCell {
    NumberSet cpus; // may be none; processors in no cell are the first one's
    Bytes memory;
    MemoryAccess access = MemoryAccess::unsaid; // unsaid: as <memoryBacking> has it
    std::vector<CellDistance> distances = {};   // to those that are listed
    SourcePlace place = {};
    bool operator==(const NumaCell&) const = default;
};

// restrictive: where else, the host may choose; the others are QEMU's to ask the kernel for.
enum class NumaMode { strict, preferred, interleave, restrictive };

// Where the host keeps memory: of the guest, or of one cell.
struct MemoryPlacement {
    NumaMode mode = NumaMode::strict;
    NumberSet nodes; // of the host
    SourcePlace place = {};
    bool operator==(const MemoryPlacement&) const = default;
};

struct CellPlacement {
    unsigned cell = 0;
    MemoryPlacement memory = {};
    bool operator==(const CellPlacement&) const = default;
};

struct NumaTune {
    std::optional<MemoryPlacement> memory = {};
    std::vector<CellPlacement> cells = {}; // each cell once
    bool operator==(const NumaTune&) const = default;
};

// <memory model='dimm'>: there from the start, in a slot of <maxMemory>.
struct MemoryModule {
    Bytes size;
    std::optional<unsigned> cell = {};
    MemoryAccess access = MemoryAccess::unsaid;
    std::uint64_t page_size = 0; // KiB, of huge pages; 0: as <memoryBacking> has it
    NumberSet nodes = {};        // of the host; none: as <numatune> has it
    SourcePlace place = {};
    DeviceInfo info = {};
    bool operator==(const MemoryModule&) const = default;
};

} // namespace vmwarden
