// SPDX-License-Identifier: LGPL-2.1-or-later
// Which programs could run a guest.
#pragma once

#include "src/domain/guest_definition.h"

#include <string>
#include <string_view>
#include <vector>

namespace vmwarden::resolving {

// Best first: the definition's own emulator alone, or those of its type and architecture. Without
// an architecture `machine_arch` (as uname says it) counts; empty as well: those of all we know.
std::vector<std::string> emulator_candidates(const GuestDefinition& definition,
                                             std::string_view machine_arch = {});

// KVM runs guests of the host's own architecture, and 32-bit ones on x86_64.
bool kvm_runs(std::string_view guest_arch, std::string_view machine_arch);

} // namespace vmwarden::resolving
