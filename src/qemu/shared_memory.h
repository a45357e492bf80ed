// SPDX-License-Identifier: LGPL-2.1-or-later
// src/domain/shared_memory.h as QEMU has it.
#pragma once

#include "src/qemu/command.h"

namespace vmwarden::qemu {

class CommandLine;

// Device "shmemN" for shared memory N, with the object "shmemN-memory" or the character device
// "shmemN-server" behind it.
void add_shared_memories(CommandLine& command, const GuestDefinition& definition,
                         const CommandContext& context);

void check_shared_memories(Diagnostics& found, const GuestDefinition& definition);

} // namespace vmwarden::qemu
