// SPDX-License-Identifier: LGPL-2.1-or-later
// One file as resolve() needs to see it.
#pragma once

#include "src/hostfacts/host_facts.h"

#include <optional>
#include <string>

namespace vmwarden::host {

// Everything a FileFact holds. Without an identity the guest can do nothing. Reads the beginning of
// regular files and block devices, and opens nothing else.
FileFact file_fact(const std::string& path, const std::optional<Identity>& identity);

} // namespace vmwarden::host
