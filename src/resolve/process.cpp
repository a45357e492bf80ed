// SPDX-License-Identifier: LGPL-2.1-or-later
// What becomes QEMU: surroundings, limits, command line.
#include "src/plan/codec.h"
#include "src/qemu/command.h"
#include "src/qemu/platform.h"
#include "src/qemu/tpm.h"
#include "src/resolve/steps.h"

#include <sys/resource.h>

#include <limits>

namespace vmwarden::resolving {

namespace {

// What the kernel gave every process for decades; QEMU's crypto locks a few keys.
constexpr std::uint64_t locked_memory = 64 * 1024;

// VFIO pins all of a guest's memory, so that devices find it, and some of their own; behind an
// IOMMU of the guest's, for each device once more.
std::uint64_t memory_for_devices(const Draft& draft) {
    constexpr std::uint64_t room = std::uint64_t(1) << 30;
    const auto& devices = draft.plan.host_devices;
    if (devices.empty()) return locked_memory;
    const auto times = draft.definition.iommu ? devices.size() : 1;
    const auto most = std::numeric_limits<std::uint64_t>::max();
    const auto memory = draft.definition.memory.count;
    return memory > (most - room) / times ? most : memory * times + room;
}

// A guest that pins its memory may pin what its scope may have.
std::uint64_t locked_memory_of(const Draft& draft) {
    if (!qemu::locks_memory(draft.definition)) return memory_for_devices(draft);
    const auto most = draft.plan.scope.memory_max;
    return most == 0 ? std::numeric_limits<std::uint64_t>::max() : most;
}

void set_variable(std::vector<std::string>& environment, const std::string& name,
                  const std::string& value) {
    std::erase_if(environment, [&](const std::string& one) { return one.starts_with(name + "="); });
    environment.push_back(name + "=" + value);
}

// Nothing of the agent's own environment reaches a guest.
std::vector<std::string> environment(const Draft& draft) {
    const auto& account = draft.policy.user.value;
    const auto& identity = draft.plan.process.identity;
    const auto user = std::holds_alternative<AccountName>(account)
                          ? account_text(account)
                          : std::to_string(identity.uid.value);
    std::vector<std::string> out{"LC_ALL=C", "PATH=/usr/bin:/bin", "HOME=/", "USER=" + user,
                                 "LOGNAME=" + user};
    if (const auto zone = qemu::clock_zone(draft.definition); !zone.empty())
        set_variable(out, "TZ", zone); // localtime is there for QEMU
    for (const auto& variable : draft.definition.raw_environment)
        set_variable(out, variable.name, variable.value);
    return out;
}

// What QEMU opens is what was looked at: should a link on the way change, it does not follow.
GuestDefinition with_resolved_paths(const Draft& draft) {
    auto definition = draft.definition;
    for (const auto& file : draft.plan.files) {
        if (definition.os.kernel == file.path) definition.os.kernel = file.resolved;
        if (definition.os.initrd == file.path) definition.os.initrd = file.resolved;
        auto& firmware = definition.os.firmware;
        if (firmware.loader && firmware.loader->path == file.path)
            firmware.loader->path = file.resolved;
        if (firmware.nvram == file.path) firmware.nvram = file.resolved;
        if (definition.tpm && qemu::tpm_node(*definition.tpm) == file.path)
            definition.tpm->device = file.resolved;
        if (firmware.dtb == file.path) firmware.dtb = file.resolved;
        for (auto& entry : definition.system_information.fwcfg)
            if (entry.file == file.path) entry.file = file.resolved;
        for (auto& interface : definition.interfaces)
            if (interface.rom.file == file.path) interface.rom.file = file.resolved;
        for (auto& device : definition.host_devices)
            if (device.rom.file == file.path) device.rom.file = file.resolved;
    }
    // Sockets are none of the plan's files: QEMU connects to them as the guest's user.
    for (auto& filesystem : definition.filesystems)
        if (!filesystem.socket.empty()) filesystem.socket = draft.file(filesystem.socket).resolved;
    for (auto& memory : definition.shared_memories)
        if (has_doorbell(memory)) memory.server = draft.file(memory.server).resolved;
    return definition;
}

qemu::CommandContext command_context(const Draft& draft) {
    qemu::CommandContext context;
    context.executable = draft.emulator;
    context.uuid = draft.plan.uuid;
    context.sandbox = draft.policy.seccomp_sandbox.value;
    context.character_fds = draft.character_fds;
    context.log_fds = draft.log_fds;
    context.display_ports = draft.display_ports;
    context.images = draft.images;
    context.overlay_fds = draft.overlay_fds;
    context.networks = draft.networks;
    context.host_devices = draft.host_devices;
    context.directory_fds = draft.directory_fds;
    context.shared_memory_files = draft.shared_memory_files;
    context.tpm_fd = draft.tpm_fd;
    context.vsock_cid = draft.vsock_cid;
    for (const auto& fd : draft.plan.process.fds) {
        if (fd.kind == plan::InheritedFd::Kind::qmp_listener) context.qmp_fd = fd.number;
        if (fd.kind == plan::InheritedFd::Kind::shim_monitor) context.shim_monitor_fd = fd.number;
    }
    return context;
}

void refuse_unsupported(Draft& draft) {
    const auto found = qemu::unsupported(draft.definition);
    for (const auto& diagnostic : found.list())
        draft.refusals.push_back({Refusal::Kind::impossible, "command line", diagnostic});
}

void refuse_long_words(Draft& draft) {
    for (const auto& word : draft.plan.process.argv)
        if (word.size() > plan::max_string_bytes)
            draft.refuse("command line", draft.definition.os.place,
                         "one word of the command line has " + std::to_string(word.size()) +
                             " bytes; the kernel takes " + std::to_string(plan::max_string_bytes),
                         "shorten <cmdline>");
}

} // namespace

void compose_process(Draft& draft) {
    if (const auto ahead = draft.definition.clock_adjustment.value_or(0); ahead != 0)
        draft.decide(
            "clock",
            std::to_string(ahead) +
                " seconds ahead of UTC at each start: what the guest does to it is not kept",
            defined_at(draft.definition.place));
    auto& process = draft.plan.process;
    process.environment = environment(draft);
    process.working_directory = "/";
    process.umask = 0077; // what QEMU creates is nobody else's
    process.limits = {{RLIMIT_CORE, 0},
                      {RLIMIT_NOFILE, draft.policy.limits_open_files.value},
                      {RLIMIT_MEMLOCK, locked_memory_of(draft)}};
    refuse_unsupported(draft);
    if (!draft.refusals.empty()) return;
    process.argv = qemu::modern_argv(with_resolved_paths(draft), command_context(draft));
    refuse_long_words(draft);
}

} // namespace vmwarden::resolving
