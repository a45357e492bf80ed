// SPDX-License-Identifier: LGPL-2.1-or-later
// What a BPF program of type cgroup_device answers, worked out without running it.
#pragma once

#include "src/base/units.h"

#include <linux/bpf.h>

#include <optional>
#include <span>

namespace vmwarden::host {

// One question the kernel puts to the device filters: open(2) asks for read, write or both at once,
// mknod(2) for create alone.
struct DeviceQuestion {
    enum class Type { block, character };
    Type type = Type::character;
    DeviceNumber device;
    bool read = false;
    bool write = false;
    bool create = false;
};

// The program's answer. It knows the instructions that filters are made of (loads from the context,
// arithmetic, jumps ahead); none for anything else, so that nothing is claimed that was not
// understood. `program` is as the kernel gives it back ("xlated"). Source:
// Documentation/bpf/instruction-set and struct bpf_cgroup_dev_ctx of linux/bpf.h.
std::optional<bool> device_program_allows(std::span<const bpf_insn> program,
                                          const DeviceQuestion& question);

} // namespace vmwarden::host
