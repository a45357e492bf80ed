// SPDX-License-Identifier: LGPL-2.1-or-later
#include "agent/executor/remove_nvram.h"

#include "agent/host/files.h"

#include <cerrno>
#include <system_error>
#include <unistd.h>

namespace vmwarden::executor {

bool remove_nvram(const std::string& path) {
    const auto slash = path.rfind('/');
    const UniqueFd directory = host::open_in_place(path.substr(0, slash));
    if (::unlinkat(directory.get(), path.c_str() + slash + 1, 0) == 0) return true;
    if (errno == ENOENT) return false;
    throw std::system_error(errno, std::generic_category(), "cannot remove " + path);
}

} // namespace vmwarden::executor
