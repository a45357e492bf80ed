// SPDX-License-Identifier: LGPL-2.1-or-later
// The switches that shape the machine as a whole, a function each.
#pragma once

#include "src/qemu/command.h"

namespace vmwarden::qemu {

class CommandLine;

void add_name(CommandLine& command, const GuestDefinition& definition);
void add_sandbox(CommandLine& command, bool sandbox);
void add_machine(CommandLine& command, const GuestDefinition& definition);
void add_accelerator(CommandLine& command, const GuestDefinition& definition);
void add_lifecycle(CommandLine& command, const GuestDefinition& definition);
void add_boot(CommandLine& command, const OsBoot& os);
void add_monitors(CommandLine& command, const CommandContext& context);

} // namespace vmwarden::qemu
