// SPDX-License-Identifier: LGPL-2.1-or-later
// The guest's memory as QEMU has it: how much, where it is kept, in which nodes and modules.
#pragma once

#include "src/qemu/command.h"

namespace vmwarden::qemu {

class CommandLine;

// -m; and where the definition has a wish how memory is kept, objects "ram0" for the machine's, or
// "cellN" for each cell, and the cells.
void add_memory(CommandLine& command, const GuestDefinition& definition);
// Objects "memory-dimmN" and modules "dimmN".
void add_memory_modules(CommandLine& command, const GuestDefinition& definition);
// The object that is the machine's memory; empty: QEMU's own, or that of cells.
std::string machine_memory(const GuestDefinition& definition);

// Whether another program can be let see all of it.
bool shares_memory(const GuestDefinition& definition);

void check_memory(Diagnostics& found, const GuestDefinition& definition);

} // namespace vmwarden::qemu
