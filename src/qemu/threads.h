// SPDX-License-Identifier: LGPL-2.1-or-later
// Threads that serve disks, as QEMU has them.
#pragma once

#include "src/qemu/command.h"

namespace vmwarden::qemu {

class CommandLine;

// Objects "iothreadN", and "main-loop" where the main one's pool is told something.
void add_iothreads(CommandLine& command, const GuestDefinition& definition);
std::string iothread_id(unsigned number);

void check_iothreads(Diagnostics& found, const GuestDefinition& definition);

} // namespace vmwarden::qemu
