// SPDX-License-Identifier: LGPL-2.1-or-later
// The policy directories of product.md, read as text.
#pragma once

#include "src/base/diagnostic.h"
#include "src/hostpolicy/read_policy.h"

#include <string>
#include <vector>

namespace vmwarden::host {

struct PolicyTree {
    std::vector<PolicyFile> files; // in rising precedence
    Diagnostics diagnostics;       // unreadable directory, dangling link, not a regular file, too big
};

// Reads usr/lib, run and etc vmwarden/policy.d below `root` ("/" for the host): *.yaml, sorted by
// file name across the directories, the same name in a higher directory replaces, a link to
// /dev/null masks.
PolicyTree read_policy_tree(const std::string& root);

} // namespace vmwarden::host
