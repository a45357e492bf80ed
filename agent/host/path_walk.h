// SPDX-License-Identifier: LGPL-2.1-or-later
// Where a path leads, component by component, on descriptors.
#pragma once

#include "src/base/unique_fd.h"
#include "src/base/units.h"

#include <string>
#include <vector>

namespace vmwarden::host {

struct WalkedDirectory {
    std::string path; // absolute, no links
    UniqueFd fd;      // O_PATH
};

// A link that was followed.
struct WalkedLink {
    std::string path;
    Uid owner;
};

// One walk. The descriptors pin what was passed, so that questions about it are about exactly that.
struct Walk {
    std::vector<WalkedDirectory> directories; // every one passed, once, "/" first
    std::vector<WalkedLink> links;
    std::string resolved;   // the file without links; where the walk stopped, if so
    UniqueFd file;          // O_PATH; none where `error` is set
    int error = 0;          // errno
    std::string error_text; // "cannot search /root: Permission denied"
};

// Follows symbolic links as the kernel does, at most 40, those of the last component too. Refused:
// relative paths (EINVAL), links in /proc, whose text is not where they lead (ELOOP), and paths
// through more than 256 directories (ENAMETOOLONG), because each is held open. Opens no file for
// reading, so that no device notices.
Walk walk_path(const std::string& path);

} // namespace vmwarden::host
