// SPDX-License-Identifier: LGPL-2.1-or-later
#include "src/qemu/command.h"

#include "src/qemu/command_line.h"
#include "src/qemu/devices.h"
#include "src/qemu/drives.h"
#include "src/qemu/graphics.h"
#include "src/qemu/machine.h"
#include "src/qemu/memory.h"
#include "src/qemu/platform.h"
#include "src/qemu/redirection.h"
#include "src/qemu/small_devices.h"
#include "src/qemu/threads.h"

#include <stdexcept>

namespace vmwarden::qemu {

std::vector<std::string> modern_argv(const GuestDefinition& definition,
                                     const CommandContext& context) {
    if (const auto problems = unsupported(definition); problems.has_errors())
        throw std::invalid_argument("modern_argv: " + problems.list().front().message);

    CommandLine command(context.executable);
    add_name(command, definition);
    if (!context.by_hand) command.flag("-S");
    command.flag("-no-user-config");
    command.flag("-nodefaults");
    if (!context.by_hand) add_sandbox(command, context.sandbox);
    add_machine(command, definition);
    add_accelerator(command, definition.type);
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

    const auto board = board_for(definition);
    const auto boot = boot_order(definition);
    add_audio(command, definition);
    add_iommu(command, definition);
    add_controllers(command, board);
    add_drives(command, board, boot, definition, context);
    add_interfaces(command, boot, definition, context);
    add_host_devices(command, definition, context);
    add_characters(command, definition, context);
    add_graphics(command, definition, context);
    add_videos(command, definition);
    add_inputs(command, definition);
    add_redirection(command, definition);
    add_sounds(command, definition);
    add_small_devices(command, definition);
    add_memory_modules(command, definition);
    for (const auto& argument : definition.raw_arguments)
        command.flag(argument.value);
    return std::move(command).take();
}

} // namespace vmwarden::qemu
