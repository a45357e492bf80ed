// SPDX-License-Identifier: LGPL-2.1-or-later
// How a drive behaves, as QEMU is told: in its nodes, on its device, by a throttle between them.
#pragma once

#include "src/domain/guest_definition.h"
#include "src/qemu/command_line.h"

#include <string>

namespace vmwarden::qemu {

std::string_view aio_of(DiskIo io); // empty: QEMU's own way
// For a node of the image this many images below the guest's own.
void set_node_tuning(Json& node, const DiskTuning& tuning, std::size_t level);
void set_device_tuning(Json& device, const DiskTuning& tuning);

std::string throttle_node(const std::string& target);
// Above `node`, for the disk with this target.
void add_throttle(CommandLine& command, const std::string& target, const std::string& node,
                  const IoTune& limits);

} // namespace vmwarden::qemu
