// SPDX-License-Identifier: LGPL-2.1-or-later
#include "src/qemu/machine.h"

#include "src/qemu/command_line.h"
#include "src/qemu/platform.h"
#include "src/qemu/small_devices.h"

namespace vmwarden::qemu {

namespace {

// QEMU ends at the guest's power-off, or stays, for the supervisor to reset a guest whose owner
// wants it back.
std::string_view shutdown_action(LifecycleAction on_poweroff) {
    return on_poweroff == LifecycleAction::destroy ? "poweroff" : "pause";
}

std::string_view reboot_action(LifecycleAction on_reboot) {
    return on_reboot == LifecycleAction::destroy ? "shutdown" : "reset";
}

// QEMU cannot restart a panicked guest by itself: it stops it, and tells.
std::string_view panic_action(LifecycleAction on_crash) {
    return on_crash == LifecycleAction::destroy ? "shutdown" : "pause";
}

void add_monitor(CommandLine& command, std::string_view id, const Options& chardev) {
    command.add("-chardev", chardev);
    command.add("-mon", Options().set("chardev", id).set("mode", "control"));
}

} // namespace

void add_name(CommandLine& command, const GuestDefinition& definition) {
    command.add("-name", Options().set("guest", definition.name).set("debug-threads", "on"));
}

void add_sandbox(CommandLine& command, bool sandbox) {
    Options options(sandbox ? "on" : "off");
    if (sandbox)
        options.set("obsolete", "deny")
            .set("elevateprivileges", "deny")
            .set("spawn", "deny")
            .set("resourcecontrol", "deny");
    command.add("-sandbox", options);
}

void add_machine(CommandLine& command, const GuestDefinition& definition) {
    const auto& machine = definition.os.machine;
    Options options;
    options.set("type", machine.empty() ? "pc" : machine)
        .set("usb", "off")
        .set("dump-guest-core", definition.dump_core == true ? "on" : "off")
        .set("acpi", definition.features.acpi ? "on" : "off");
    if (const auto audio = speaker_audio(definition); !audio.empty())
        options.set("pcspk-audiodev", audio);
    set_platform(options, definition);
    command.add("-machine", options);
}

void add_accelerator(CommandLine& command, const GuestDefinition& definition) {
    const auto& details = definition.feature_details;
    Options options(definition.type == DomainType::kvm ? "kvm" : "tcg");
    const bool kvm = definition.type == DomainType::kvm;
    if (kvm && details.dirty_ring != 0) options.set("dirty-ring-size", details.dirty_ring);
    if (!kvm && details.tcg_cache != 0) options.set("tb-size", details.tcg_cache / 1024);
    command.add("-accel", options);
}

void add_lifecycle(CommandLine& command, const GuestDefinition& definition) {
    Options options;
    options.set("reboot", reboot_action(definition.on_reboot))
        .set("shutdown", shutdown_action(definition.on_poweroff))
        .set("panic", panic_action(definition.on_crash));
    if (const auto action = watchdog_action(definition); !action.empty())
        options.set("watchdog", action);
    command.add("-action", options);
}

void add_boot(CommandLine& command, const OsBoot& os) {
    const auto& firmware = os.firmware;
    const auto menu = firmware.menu.value_or(BootMenu{});
    Options options;
    options.set("menu", menu.enabled ? "on" : "off");
    if (menu.timeout) options.set("splash-time", *menu.timeout);
    if (firmware.reboot_timeout)
        options.set("reboot-timeout", std::to_string(*firmware.reboot_timeout));
    command.add("-boot", options.set("strict", "on"));
    if (os.kernel.empty()) return;
    command.raw("-kernel", os.kernel);
    if (!os.initrd.empty()) command.raw("-initrd", os.initrd);
    if (!os.cmdline.empty()) command.raw("-append", os.cmdline);
}

void add_monitors(CommandLine& command, const CommandContext& context) {
    if (context.qmp_fd >= 0)
        add_monitor(command, "qmp",
                    Options("socket")
                        .set("id", "qmp")
                        .set("fd", std::to_string(context.qmp_fd))
                        .set("server", "on")
                        .set("wait", "off"));
    if (context.shim_monitor_fd >= 0)
        add_monitor(command, "shim",
                    Options("socket")
                        .set("id", "shim")
                        .set("fd", std::to_string(context.shim_monitor_fd))
                        .set("server", "off"));
}

} // namespace vmwarden::qemu
