// SPDX-License-Identifier: LGPL-2.1-or-later
// The end of firmware variables that were made for a guest (new_file.h).
#pragma once

#include <string>

namespace vmwarden::executor {

// Removes the file at this absolute path, following no links; false if there is none. Throws
// std::system_error.
bool remove_nvram(const std::string& path);

} // namespace vmwarden::executor
