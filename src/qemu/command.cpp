// SPDX-License-Identifier: LGPL-2.1-or-later
#include "src/qemu/command.h"

#include "src/qemu/command_line.h"
#include "src/qemu/devices.h"
#include "src/qemu/drives.h"
#include "src/qemu/machine.h"

#include <stdexcept>

namespace vmwarden::qemu {

std::vector<std::string> modern_argv(const GuestDefinition& definition,
                                     const CommandContext& context) {
    if (const auto problems = unsupported(definition); problems.has_errors())
        throw std::invalid_argument("modern_argv: " + problems.list().front().message);

    CommandLine command(context.executable);
    add_name(command, definition);
    command.flag("-S");
    command.flag("-no-user-config");
    command.flag("-nodefaults");
    add_sandbox(command, context.sandbox);
    add_machine(command, definition);
    add_accelerator(command, definition.type);
    add_cpu(command, definition);
    add_memory(command, definition.memory);
    add_processors(command, definition.vcpus);
    command.raw("-uuid", context.uuid.text());
    add_monitors(command, context);
    add_clock(command, definition.clock);
    add_lifecycle(command, definition);
    add_boot(command, definition.os);

    const auto board = board_for(definition);
    const auto boot = boot_order(definition);
    add_controllers(command, board);
    add_drives(command, board, boot, definition, context.images);
    add_interfaces(command, boot, definition, context.uuid);
    add_characters(command, definition, context.character_fds);
    add_display(command, definition);
    add_inputs(command, definition);
    if (definition.memballoon)
        command.add("-device", Json{{"driver", "virtio-balloon-pci"}, {"id", "balloon0"}});
    for (const auto& argument : definition.raw_arguments)
        command.flag(argument.value);
    return std::move(command).take();
}

} // namespace vmwarden::qemu
