// SPDX-License-Identifier: LGPL-2.1-or-later
// Files of the agent's own and of guests, opened once and then known by descriptor.
#pragma once

#include "src/base/unique_fd.h"
#include "src/base/units.h"

#include <string>
#include <string_view>
#include <sys/stat.h>
#include <vector>

namespace vmwarden::host {

// O_PATH on what stands at this absolute path, refusing a symbolic link anywhere in it (ELOOP).
// Throws std::system_error.
UniqueFd open_in_place(const std::string& path);

// fstat(2) or std::system_error.
struct stat status_of(int fd);
FileId id_of(const struct stat& status);
DeviceNumber device_of(const struct stat& status);
// capabilities(7) that a program is to have; O_PATH descriptors as well.
bool has_file_capabilities(int fd);

// A directory of the agent's own, made with its parents where missing, opened. Links in the path
// are the administrator's and followed.
UniqueFd own_directory(const std::string& path, mode_t mode);
// A new directory in `parent`; EEXIST is thrown like every other error.
UniqueFd fresh_directory(int parent, const std::string& name, mode_t mode);

// Replaces the file as a whole: a reader sees the old or the new one, also after a crash when
// `durable`.
void write_file(int directory, const std::string& name, std::string_view bytes, bool durable);

std::vector<std::string> names_in(int directory);

// Removes a directory of plain files and links; false when it was not there. Throws when something
// in it is a directory.
bool remove_directory(int parent, const std::string& name);

// Appends to a guest's log file, made 0600 where missing. Refuses (std::system_error) links
// anywhere in the path, a file with more than one name, anything but a regular file, and a file
// that belongs to somebody other than root, this process or `guest`: ELOOP, EMLINK, EINVAL, EPERM.
UniqueFd open_log(const std::string& path, bool truncate, Uid guest);

} // namespace vmwarden::host
