// SPDX-License-Identifier: LGPL-2.1-or-later
// Does a disk image name another file that QEMU would open with it?
#pragma once

#include <span>

namespace vmwarden::host {

// How much of an image's beginning the question needs.
constexpr std::size_t image_header_bytes = 104;

// Whether the beginning of an image is a qcow2 (or qcow) header with a backing file or an external
// data file. A header cut short within the fields that tell counts as one that does: what cannot be
// read through is not waved through. Other contents name nothing. Source: QEMU's
// docs/interop/qcow2.
bool names_another_file(std::span<const unsigned char> beginning);

} // namespace vmwarden::host
