// SPDX-License-Identifier: LGPL-2.1-or-later
// The firmware descriptors of this host.
#pragma once

#include "src/hostfacts/firmware.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace vmwarden::host {

// One descriptor, as QEMU's docs/interop/firmware.json defines them. None for a text that is no
// such thing, or of a kind of firmware that guests here cannot have.
std::optional<FirmwareDescriptor> parse_firmware(std::string_view text);

// Those of /usr/share/qemu/firmware and, over them, /etc/qemu/firmware: in the order of the files'
// names, the later directory's file in place of the earlier one's, an empty file in place of none.
// `root` is put in front of both.
std::vector<FirmwareDescriptor> firmware_descriptors(const std::string& root = "");

} // namespace vmwarden::host
