// SPDX-License-Identifier: LGPL-2.1-or-later
// Everything on the board that is not a drive: network, serial lines and consoles, display, input.
#pragma once

#include "src/qemu/board.h"
#include "src/qemu/boot_order.h"
#include "src/qemu/command.h"

namespace vmwarden::qemu {

class CommandLine;

// The MAC address of an interface whose owner gave none: QEMU's prefix and 24 bits that depend on
// the guest and the interface's place alone.
std::string derived_mac(const Uuid& uuid, std::size_t interface);

// Netdev "netN" and device "nicN" for interface N. set_link over QMP takes the former's name.
void add_interfaces(CommandLine& command, const BootOrder& boot, const GuestDefinition& definition,
                    const CommandContext& context);

// Why a program of the host's cannot carry the packets of this card, and what to do about it.
std::vector<std::pair<std::string, std::string>> switch_problems(const GuestDefinition& definition,
                                                                 const Interface& interface);

// "hostdevN" for host device N.
void add_host_devices(CommandLine& command, const BootOrder& boot,
                      const GuestDefinition& definition, const CommandContext& context);

// Where the socket of a channel is, that has no path, when a person runs the line; relative.
std::string channel_socket_by_hand(std::size_t character);

// Character device "charN" (query-chardev names a pty) and device "console-N", "channel-N" or
// "parallel-N" for character N.
void add_characters(CommandLine& command, const GuestDefinition& definition,
                    const CommandContext& context);

void add_videos(CommandLine& command, const GuestDefinition& definition);
void add_inputs(CommandLine& command, const GuestDefinition& definition);

} // namespace vmwarden::qemu
