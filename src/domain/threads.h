// SPDX-License-Identifier: LGPL-2.1-or-later
// The threads that run a guest: one for each processor, and those for its disks.
#pragma once

#include "src/base/diagnostic.h"

#include <optional>
#include <vector>

namespace vmwarden {

// <vcpus><vcpu>. Those that are there at boot are the first ones: QEMU has it so.
struct VcpuState {
    unsigned id = 0;
    bool enabled = true;
    std::optional<bool> hotpluggable = {};
    unsigned order = 0; // 0: not said
    SourcePlace place = {};
    bool operator==(const VcpuState&) const = default;
};

// How many threads of its own one may have for what the kernel does not do beside it.
struct ThreadPool {
    std::optional<unsigned> least = {};
    std::optional<unsigned> most = {};
    bool operator==(const ThreadPool&) const = default;
};

struct IoThread {
    unsigned id = 0;
    ThreadPool pool = {};
    SourcePlace place = {};
    bool operator==(const IoThread&) const = default;
};

struct IoThreads {
    std::optional<unsigned> count = {}; // <iothreads>
    std::vector<IoThread> listed = {};  // <iothreadids>
    ThreadPool main_pool = {};          // <defaultiothread>
    SourcePlace place = {};
    bool operator==(const IoThreads&) const = default;
};

// All there are: those that are listed, then as many more as <iothreads> asks for, with the lowest
// numbers that are free.
std::vector<IoThread> all_iothreads(const IoThreads& threads);

} // namespace vmwarden
