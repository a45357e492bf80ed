// SPDX-License-Identifier: LGPL-2.1-or-later
// How much of its host a guest may use, and on which of its processors.
#pragma once

#include "src/base/diagnostic.h"
#include "src/base/number_set.h"
#include "src/base/units.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace vmwarden {

// A thread of QEMU's, by the number of what it runs, and the host's processors it may run on.
struct ThreadPin {
    unsigned number = 0;
    NumberSet processors;
    SourcePlace place = {};
    bool operator==(const ThreadPin&) const = default;
};

struct CpuTune {
    NumberSet processors = {}; // <vcpu cpuset>: of threads that have no pin; none: all
    unsigned shares = 0;       // against other guests, 1 to 10000; 0: not said, which is 100
    std::uint64_t quota = 0;   // microseconds of all threads in a period; 0: no limit
    std::uint64_t period = 0;  // microseconds; 0: 100000
    std::vector<ThreadPin> vcpu_pins = {};
    std::vector<ThreadPin> iothread_pins = {};
    std::optional<ThreadPin> emulator_pin = {}; // its number is 0
    SourcePlace place = {};
    bool operator==(const CpuTune&) const = default;
};

// <memtune>, of QEMU's whole control group; 0: not said.
struct MemoryTune {
    Bytes hard_limit;
    Bytes soft_limit;      // beyond it the kernel takes memory back
    Bytes swap_hard_limit; // of memory and swap together
    Bytes min_guarantee;   // as far as the slice has it
    SourcePlace place = {};
    bool operator==(const MemoryTune&) const = default;
};

// A block device of the host's, and how fast the guest may use it; a second's worth, 0: no limit.
struct BlockDeviceTune {
    std::string path; // absolute
    unsigned weight = 0;
    std::uint64_t read_bytes = 0;
    std::uint64_t write_bytes = 0;
    std::uint64_t read_operations = 0;
    std::uint64_t write_operations = 0;
    SourcePlace place = {};
    bool operator==(const BlockDeviceTune&) const = default;
};

struct BlockTune {
    unsigned weight = 0; // against other guests, 10 to 1000; 0: not said, which is 100
    std::vector<BlockDeviceTune> devices = {};
    SourcePlace place = {};
    bool operator==(const BlockTune&) const = default;
};

// <resource><partition>: "/machine/production" is machine-production.slice.
struct Partition {
    std::string path;
    SourcePlace place = {};
    bool operator==(const Partition&) const = default;
};

} // namespace vmwarden
