// SPDX-License-Identifier: LGPL-2.1-or-later
// Device nodes as DeviceAllow= of systemd.resource-control(5) takes them.
#pragma once

#include "src/hostfacts/host_facts.h"

#include <string>

namespace vmwarden::resolving {

// By number, so that what systemd allows is what was looked at, whatever becomes of the name:
// "/dev/char/10:232".
inline std::string by_number(FileType type, DeviceNumber device) {
    return (type == FileType::block ? "/dev/block/" : "/dev/char/") + std::to_string(device.major) +
           ":" + std::to_string(device.minor);
}

} // namespace vmwarden::resolving
