// SPDX-License-Identifier: LGPL-2.1-or-later
// src/domain/tpm.h as QEMU has it, and as swtpm beside it.
#pragma once

#include "src/qemu/command.h"

namespace vmwarden::qemu {

class CommandLine;

constexpr const char* swtpm_program = "/usr/bin/swtpm";

// The node of the host's TPM; empty for an emulated one.
std::string tpm_node(const Tpm& tpm);

// The command line of swtpm that keeps its state in this directory and is controlled through this
// descriptor. Names of guests have no comma, which would end the directory.
std::vector<std::string> swtpm_argv(const Tpm& tpm, const std::string& directory, int fd);
// The same for a person, through a socket with this path.
std::vector<std::string> swtpm_argv_by_hand(const Tpm& tpm, const std::string& directory,
                                            const std::string& socket);
// Where the line for a person has it, in the directory that the line is run in.
constexpr const char* tpm_socket_by_hand = "tpm0.sock";

// Back end "tpm0-backend" and device "tpm0".
void add_tpm(CommandLine& command, const GuestDefinition& definition,
             const CommandContext& context);

} // namespace vmwarden::qemu
