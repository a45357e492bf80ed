// SPDX-License-Identifier: LGPL-2.1-or-later
// The policy directories of product.md, read as text.
#pragma once

#include "src/base/diagnostic.h"
#include "src/hostpolicy/read_policy.h"

#include <optional>
#include <string>
#include <vector>

namespace vmwarden::host {

struct PolicyTree {
    std::vector<PolicyFile> files; // in rising precedence
    Diagnostics diagnostics; // unreadable directory, dangling link, not a regular file, too big
};

// Reads usr/lib, run and etc vmwarden/policy.d below `root` ("/" for the host): *.yaml, sorted by
// file name across the directories, the same name in a higher directory replaces, a link to
// /dev/null masks. Hidden files are skipped without a word: editors and config-management tools put
// their half-written copies there. Links are followed inside `root` only. A directory that does not
// exist is an empty one.
PolicyTree read_policy_tree(const std::string& root);

// Reads one file, which may also be a pipe ("/dev/stdin"): for checking a candidate under whatever
// name it has. None, with the reason added, when it cannot be read or is larger than
// max_policy_bytes.
std::optional<std::string> read_policy_file(const std::string& path, Diagnostics& diagnostics);

} // namespace vmwarden::host
