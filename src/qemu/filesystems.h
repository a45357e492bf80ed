// SPDX-License-Identifier: LGPL-2.1-or-later
// src/domain/filesystem.h as QEMU has it.
#pragma once

#include "src/qemu/command.h"

namespace vmwarden::qemu {

class CommandLine;

// Device "fsN" for file system N, with "fsN-directory" or the character device "fsN-server" behind
// it.
void add_filesystems(CommandLine& command, const GuestDefinition& definition,
                     const CommandContext& context);

void check_filesystems(Diagnostics& found, const GuestDefinition& definition);

} // namespace vmwarden::qemu
