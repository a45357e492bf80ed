// SPDX-License-Identifier: LGPL-2.1-or-later
#include "src/qemu/command.h"

#include "src/qemu/addresses.h"
#include "src/qemu/command_line.h"
#include "src/qemu/controllers.h"
#include "src/qemu/devices.h"
#include "src/qemu/drives.h"
#include "src/qemu/filesystems.h"
#include "src/qemu/graphics.h"
#include "src/qemu/implied.h"
#include "src/qemu/machine.h"
#include "src/qemu/memory.h"
#include "src/qemu/platform.h"
#include "src/qemu/redirection.h"
#include "src/qemu/shared_memory.h"
#include "src/qemu/small_devices.h"
#include "src/qemu/system_information.h"
#include "src/qemu/threads.h"
#include "src/qemu/tpm.h"

#include <stdexcept>

namespace vmwarden::qemu {

std::vector<std::string> modern_argv(const GuestDefinition& given, const CommandContext& context) {
    if (const auto problems = unsupported(given); problems.has_errors())
        throw std::invalid_argument("modern_argv: " + problems.list().front().message);

    const auto definition = with_implied_devices(given);
    Diagnostics none; // unsupported() has seen them
    const auto addresses = Addresses::assign(definition, none);
    CommandLine command(context.executable, addresses);
    add_name(command, definition);
    if (!context.by_hand) command.flag("-S");
    command.flag("-no-user-config");
    command.flag("-nodefaults");
    if (!context.by_hand) add_sandbox(command, context.sandbox);
    add_machine(command, definition);
    add_accelerator(command, definition);
    add_cpu(command, definition);
    add_memory(command, definition);
    add_processors(command, definition);
    add_iothreads(command, definition);
    if (!context.by_hand || context.uuid != Uuid()) command.raw("-uuid", context.uuid.text());
    add_monitors(command, context);
    add_clock(command, definition);
    add_lifecycle(command, definition);
    add_power(command, definition);
    add_boot(command, definition.os);
    add_firmware(command, definition);
    add_system_information(command, definition);

    const auto boot = boot_order(definition);
    add_audio(command, definition);
    add_iommu(command, definition);
    add_controllers(command, definition);
    add_hubs(command, definition);
    add_drives(command, boot, definition, context);
    add_filesystems(command, definition, context);
    add_shared_memories(command, definition, context);
    add_interfaces(command, boot, definition, context);
    add_host_devices(command, boot, definition, context);
    add_characters(command, definition, context);
    add_graphics(command, definition, context);
    add_videos(command, definition);
    add_inputs(command, definition);
    add_redirection(command, definition);
    add_tpm(command, definition, context);
    add_sounds(command, definition);
    add_small_devices(command, definition, context.vsock_cid);
    add_memory_modules(command, definition);
    for (const auto& argument : definition.raw_arguments)
        command.flag(argument.value);
    return std::move(command).take();
}

} // namespace vmwarden::qemu
