// SPDX-License-Identifier: LGPL-2.1-or-later
// What the guest's firmware tells it: SMBIOS tables and files of the fw_cfg device.
#pragma once

#include "src/domain/guest_definition.h"

namespace vmwarden::qemu {

class CommandLine;

void add_system_information(CommandLine& command, const GuestDefinition& definition);
void check_system_information(Diagnostics& found, const GuestDefinition& definition);

} // namespace vmwarden::qemu
