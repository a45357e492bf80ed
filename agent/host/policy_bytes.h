// SPDX-License-Identifier: LGPL-2.1-or-later
// What the reader of the policy directories and the editor of one file share: finding a file below
// a root, and reading it whole.
#pragma once

#include "src/base/diagnostic.h"
#include "src/base/unique_fd.h"

#include <string>
#include <string_view>
#include <sys/stat.h>
#include <variant>

namespace vmwarden::host {

// A path below `root`; absolute links and ".." in it stay below too, and nothing is opened through
// /proc. Empty with errno set when it cannot be.
UniqueFd open_below(int root, const std::string& path, int flags);

// Why a policy file cannot be taken; becomes one diagnostic.
struct PolicyFault {
    std::string_view code;
    std::string message;
    std::string hint;
};
PolicyFault unreadable(int error); // by errno
Diagnostic diagnosed(const std::string& path, PolicyFault fault);

// The bytes up to the end, or a fault: unreadable, larger than max_policy_bytes.
using PolicyBytes = std::variant<std::string, PolicyFault>;
PolicyBytes read_policy_bytes(const UniqueFd& fd);
// Also a fault when the file is not as it was: half of what somebody writes may be a policy too,
// and a weaker one. `before`: its status when it was found.
PolicyBytes read_unchanged(const UniqueFd& fd, const struct stat& before);

} // namespace vmwarden::host
