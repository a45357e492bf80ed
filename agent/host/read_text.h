// SPDX-License-Identifier: LGPL-2.1-or-later
// Small texts out of /proc, /sys and /etc, whole.
#pragma once

#include <fcntl.h>

#include <optional>
#include <string>

namespace vmwarden::host {

// The whole of a file, read to its end (files in /proc have no size). None with errno set when it
// cannot be opened or read, or holds more than 4 MiB (EFBIG). `path` may be relative to
// `directory`.
std::optional<std::string> read_text(const std::string& path, int directory = AT_FDCWD);

} // namespace vmwarden::host
