// SPDX-License-Identifier: LGPL-2.1-or-later
// src/domain/redirection.h as QEMU has it.
#pragma once

#include "src/qemu/command.h"

namespace vmwarden::qemu {

class CommandLine;

// Character devices "redirN-client" and USB devices "redirN"; "smartcard0" behind reader "ccid0".
void add_redirection(CommandLine& command, const GuestDefinition& definition);
// Also of channels: what is at the client's end needs one.
void check_redirection(Diagnostics& found, const GuestDefinition& definition);

} // namespace vmwarden::qemu
