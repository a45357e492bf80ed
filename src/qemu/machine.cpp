// SPDX-License-Identifier: LGPL-2.1-or-later
#include "src/qemu/machine.h"

#include "src/qemu/command_line.h"

namespace vmwarden::qemu {

namespace {

std::string cpu_model(const GuestDefinition& definition) {
    const bool kvm = definition.type == DomainType::kvm;
    const auto& mode = definition.cpu_mode;
    if (mode == "custom") return definition.cpu_model;
    if (mode == "host-passthrough") return "host";
    // The nearest to the host's own that the accelerator can be.
    if (mode == "host-model") return kvm ? "host" : "max";
    if (mode == "maximum") return "max";
    // A 32-bit guest finds a 32-bit processor on the 64-bit emulator as well.
    if (definition.os.arch == "i686") return "qemu32";
    return {};
}

// QEMU ends at the guest's power-off, or stays, for the supervisor to reset a guest whose owner wants
// it back.
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
    command.add("-machine", Options()
                                .set("type", machine.empty() ? "pc" : machine)
                                .set("usb", "off")
                                .set("dump-guest-core", "off")
                                .set("acpi", definition.features.acpi ? "on" : "off"));
}

void add_accelerator(CommandLine& command, DomainType type) {
    command.raw("-accel", type == DomainType::kvm ? "kvm" : "tcg");
}

void add_cpu(CommandLine& command, const GuestDefinition& definition) {
    const auto model = cpu_model(definition);
    if (!model.empty()) command.raw("-cpu", model);
}

void add_memory(CommandLine& command, Bytes memory) {
    const auto kib = memory.count / 1024 + (memory.count % 1024 != 0 ? 1 : 0);
    command.add("-m", Options().set("size", std::to_string(kib) + "k"));
}

void add_processors(CommandLine& command, unsigned vcpus) {
    command.add(
        "-smp",
        Options().set("cpus", vcpus).set("sockets", vcpus).set("cores", 1).set("threads", 1));
}

void add_clock(CommandLine& command, ClockOffset clock) {
    command.add("-rtc",
                Options().set("base", clock == ClockOffset::localtime ? "localtime" : "utc"));
}

void add_lifecycle(CommandLine& command, const GuestDefinition& definition) {
    command.add("-action", Options()
                               .set("reboot", reboot_action(definition.on_reboot))
                               .set("shutdown", shutdown_action(definition.on_poweroff))
                               .set("panic", panic_action(definition.on_crash)));
}

void add_boot(CommandLine& command, const OsBoot& os) {
    command.add("-boot", Options().set("menu", "off").set("strict", "on"));
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
