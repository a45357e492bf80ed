// SPDX-License-Identifier: LGPL-2.1-or-later
// The devices of src/domain/small_devices.h as QEMU has them.
#pragma once

#include "src/qemu/board.h"
#include "src/qemu/command.h"

namespace vmwarden::qemu {

class CommandLine;

// The file that feeds a random number generator; empty where none does.
std::string entropy_source(const Rng& rng);

// Before all other PCI devices: it only sees those that come later.
void add_iommu(CommandLine& command, const GuestDefinition& definition);
// Back ends "audioN" and cards "soundN"; in front of the machine's own speaker must stand its back
// end, so -machine names it: see speaker_audio().
void add_audio(CommandLine& command, const GuestDefinition& definition);
void add_sounds(CommandLine& command, const GuestDefinition& definition);
std::string speaker_audio(const GuestDefinition& definition); // empty: nothing to hear it by
// `free_cid`: of a guest that leaves the choice of its vsock address.
void add_small_devices(CommandLine& command, const GuestDefinition& definition,
                       std::uint32_t free_cid);

// What a watchdog that nobody fed does, for -action; empty without one.
std::string_view watchdog_action(const GuestDefinition& definition);

void check_small_devices(Diagnostics& found, const GuestDefinition& definition);

} // namespace vmwarden::qemu
