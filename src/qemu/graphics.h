// SPDX-License-Identifier: LGPL-2.1-or-later
// <graphics> as QEMU has it.
#pragma once

#include "src/qemu/command.h"

namespace vmwarden::qemu {

class CommandLine;

void add_graphics(CommandLine& command, const GuestDefinition& definition,
                  const CommandContext& context);

// Whether a port must be found for it before QEMU starts: SPICE takes no "first free one".
bool wants_port(const Graphics& graphics);
constexpr int first_display_port = 5900;
constexpr int last_display_port = 5999;

// The node of the host's GPU that it draws with; empty where it does not.
std::string render_node(const Graphics& graphics);

bool has_graphics(const GuestDefinition& definition, GraphicsType type);

void check_graphics(Diagnostics& found, const GuestDefinition& definition);

} // namespace vmwarden::qemu
