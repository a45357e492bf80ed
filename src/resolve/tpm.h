// SPDX-License-Identifier: LGPL-2.1-or-later
// What an emulated TPM needs of the host.
#pragma once

#include "src/domain/guest_definition.h"

namespace vmwarden::resolving {

// Where the TPM of a guest keeps what it holds; empty for a guest without an emulated one.
std::string tpm_state(const GuestDefinition& definition);

} // namespace vmwarden::resolving
