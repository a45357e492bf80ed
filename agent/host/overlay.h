// SPDX-License-Identifier: LGPL-2.1-or-later
// A file without a name that takes what a guest writes to a transient disk, and is gone with its
// last descriptor.
#pragma once

#include "src/base/unique_fd.h"

#include <cstdint>
#include <string>
#include <vector>

namespace vmwarden::host {

// An empty qcow2 image whose disk has so many bytes, in `directory`, open for reading and writing.
// Its header names no backing file: whoever opens it says which. Throws std::system_error.
UniqueFd make_overlay(const std::string& directory, std::uint64_t bytes);

// The beginning of such an image: all of it that is not zero. Source: QEMU's docs/interop/qcow2.
std::vector<unsigned char> empty_qcow2(std::uint64_t bytes);

} // namespace vmwarden::host
