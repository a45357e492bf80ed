// SPDX-License-Identifier: LGPL-2.1-or-later
// <os firmware='efi'>: which of the host's firmware it is.
#pragma once

#include "src/domain/guest_definition.h"
#include "src/hostfacts/host_facts.h"

#include <optional>
#include <string>

namespace vmwarden::resolving {

// Where the guest's variables are unless it says otherwise.
std::string usual_nvram(const std::string& guest);
// Whether the definition leaves that to us.
bool wants_usual_nvram(const GuestDefinition& definition);

struct FirmwareChoice {
    const FirmwareDescriptor* chosen = nullptr; // of HostFacts::firmware
    std::string problem;                        // why there is none, where one is asked for
};
FirmwareChoice choose_firmware(const GuestDefinition& definition, const HostFacts& facts);

// The definition with loader and variables named, as far as they can be.
GuestDefinition settled(GuestDefinition definition, const FirmwareChoice& choice);

} // namespace vmwarden::resolving
