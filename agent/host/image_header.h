// SPDX-License-Identifier: LGPL-2.1-or-later
// Which other files a disk image names, read out of its header.
#pragma once

#include "src/hostfacts/host_facts.h"

#include <span>
#include <string>

namespace vmwarden::host {

// Enough of a file's beginning to tell whether it is a qcow2 image.
constexpr std::size_t image_magic_bytes = 512;
// A header, its extensions and the name behind them: what lies further on is not looked for. It is
// the cluster size that images have unless somebody asked for another.
constexpr std::size_t image_header_bytes = 64 * 1024;

bool begins_like_qcow2(std::span<const unsigned char> beginning);

// What the header of the image at `path` names; `beginning` is the first image_header_bytes of it,
// or all there is. Whatever QEMU could read otherwise than we do (a header cut short, an extension
// twice, a name with a zero byte) is an error: what cannot be read through is not waved through.
// Contents other than qcow2 (or qcow) name nothing. Source: QEMU's docs/interop/qcow2.
ImageFact image_fact(std::span<const unsigned char> beginning, const std::string& path);

// The file that an image at `path` means by a name: as QEMU has it, a relative one counts from the
// directory of the image under the name it was opened by, and anything before a colon, if no slash
// comes first, is a protocol's name, no file's.
NamedFile named_by(const std::string& path, std::string name);

} // namespace vmwarden::host
