// SPDX-License-Identifier: LGPL-2.1-or-later
// One file as resolve() needs to see it.
#pragma once

#include "src/hostfacts/host_facts.h"

#include <optional>
#include <span>
#include <string>
#include <vector>

namespace vmwarden::host {

// Everything a FileFact holds, of each path in turn. Without an identity the guest can do nothing.
// Reads the beginning of regular files and block devices, and opens nothing else. The identity is
// taken on once for all of them, which is why they are asked for together: it costs a thread.
std::vector<FileFact> file_facts(std::span<const std::string> paths,
                                 const std::optional<Identity>& identity);

FileFact file_fact(const std::string& path, const std::optional<Identity>& identity);

} // namespace vmwarden::host
