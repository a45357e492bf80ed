// SPDX-License-Identifier: LGPL-2.1-or-later
// src/domain/platform.h as QEMU has it: processor, clock and firmware.
#pragma once

#include "src/qemu/command.h"

namespace vmwarden::qemu {

class CommandLine;
class Options;

void add_cpu(CommandLine& command, const GuestDefinition& definition);
void add_processors(CommandLine& command, const GuestDefinition& definition);
void add_clock(CommandLine& command, const GuestDefinition& definition);
// Nodes "loader" and "nvram", and whatever else firmware is.
void add_firmware(CommandLine& command, const GuestDefinition& definition);
void add_power(CommandLine& command, const GuestDefinition& definition);

// What these say on -machine.
void set_platform(Options& machine, const GuestDefinition& definition);

// Whether QEMU pins all of its memory: its RLIMIT_MEMLOCK must allow it.
// TZ of QEMU's environment, which its clock then follows as local time; empty: the host's own.
std::string clock_zone(const GuestDefinition& definition);
bool locks_memory(const GuestDefinition& definition);

void check_platform(Diagnostics& found, const GuestDefinition& definition);

} // namespace vmwarden::qemu
