// SPDX-License-Identifier: LGPL-2.1-or-later
#include "src/qemu/tpm.h"

#include "src/qemu/command_line.h"

namespace vmwarden::qemu {

namespace {

// Which of them a guest sees that does not say: as libvirt has it, so that a guest that comes from
// there finds the TPM that it has sealed its keys with.
bool is_tpm2(const Tpm& tpm) {
    if (tpm.version == TpmVersion::unsaid) return tpm.model == TpmModel::crb;
    return tpm.version == TpmVersion::v2_0;
}

std::vector<std::string> swtpm_with(const Tpm& tpm, const std::string& directory,
                                    const std::string& control) {
    std::vector<std::string> argv{swtpm_program, "socket",
                                  "--ctrl",      "type=unixio," + control,
                                  "--tpmstate",  "dir=" + directory + ",mode=0600",
                                  "--terminate"};
    if (is_tpm2(tpm)) argv.emplace_back("--tpm2");
    return argv;
}

void add_emulator(CommandLine& command, const CommandContext& context) {
    Options socket("socket");
    socket.set("id", "tpm0-emulator");
    if (context.tpm_fd >= 0)
        socket.set("fd", static_cast<std::uint64_t>(context.tpm_fd));
    else
        socket.set("path", tpm_socket_by_hand);
    command.add("-chardev", socket);
    command.add("-tpmdev",
                Options("emulator").set("id", "tpm0-backend").set("chardev", "tpm0-emulator"));
}

// The file that cancels a command is root's; of a TPM 2.0 there is none. Without it a command runs
// to its end.
void add_passthrough(CommandLine& command, const std::string& node) {
    command.add("-tpmdev", Options("passthrough")
                               .set("id", "tpm0-backend")
                               .set("path", node)
                               .set("cancel-path", "/dev/null"));
}

} // namespace

std::string tpm_node(const Tpm& tpm) {
    if (tpm.backend != TpmBackend::passthrough) return {};
    return tpm.device.empty() ? "/dev/tpm0" : tpm.device;
}

std::vector<std::string> swtpm_argv(const Tpm& tpm, const std::string& directory, int fd) {
    return swtpm_with(tpm, directory, "clientfd=" + std::to_string(fd));
}

std::vector<std::string> swtpm_argv_by_hand(const Tpm& tpm, const std::string& directory,
                                            const std::string& socket) {
    return swtpm_with(tpm, directory, "path=" + socket);
}

void add_tpm(CommandLine& command, const GuestDefinition& definition,
             const CommandContext& context) {
    if (!definition.tpm) return;
    const auto& tpm = *definition.tpm;
    if (const auto node = tpm_node(tpm); !node.empty())
        add_passthrough(command, node);
    else
        add_emulator(command, context);
    const char* driver = tpm.model == TpmModel::crb ? "tpm-crb" : "tpm-tis";
    command.device(Json{{"driver", driver}, {"id", "tpm0"}, {"tpmdev", "tpm0-backend"}}, tpm.info);
}

} // namespace vmwarden::qemu
