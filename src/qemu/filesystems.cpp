// SPDX-License-Identifier: LGPL-2.1-or-later
#include "src/qemu/filesystems.h"

#include "src/qemu/command_line.h"
#include "src/qemu/unsupported.h"

namespace vmwarden::qemu {

namespace {

std::string_view security_model(FilesystemAccess access) {
    switch (access) {
    case FilesystemAccess::mapped:
        return "mapped-xattr";
    case FilesystemAccess::squash:
        return "none";
    case FilesystemAccess::unsaid:
    case FilesystemAccess::passthrough:
        break;
    }
    return "passthrough";
}

std::string_view word(Multidevs multidevs) {
    if (multidevs == Multidevs::forbid) return "forbid";
    return multidevs == Multidevs::remap ? "remap" : "warn";
}

std::string octal(unsigned mode) {
    std::string out = "0";
    for (unsigned shift = 9; shift > 0; shift -= 3)
        out += static_cast<char>('0' + ((mode >> (shift - 3)) & 7U));
    return out;
}

void add_directory(CommandLine& command, const Filesystem& filesystem, const std::string& id,
                   const std::string& path) {
    Options options("local");
    options.set("id", id + "-directory")
        .set("path", path)
        .set("security_model", security_model(filesystem.access));
    if (filesystem.file_mode) options.set("fmode", octal(*filesystem.file_mode));
    if (filesystem.directory_mode) options.set("dmode", octal(*filesystem.directory_mode));
    if (filesystem.multidevs != Multidevs::unsaid)
        options.set("multidevs", word(filesystem.multidevs));
    if (filesystem.immediate) options.set("writeout", "immediate");
    if (filesystem.readonly) options.set("readonly", "on");
    command.add("-fsdev", options);
    command.device(Json{{"driver", "virtio-9p-pci"},
                        {"id", id},
                        {"fsdev", id + "-directory"},
                        {"mount_tag", filesystem.target}},
                   filesystem.info);
}

void add_server(CommandLine& command, const Filesystem& filesystem, const std::string& id) {
    command.add("-chardev",
                Options("socket").set("id", id + "-server").set("path", filesystem.socket));
    Json device{{"driver", "vhost-user-fs-pci"},
                {"id", id},
                {"chardev", id + "-server"},
                {"tag", filesystem.target}};
    if (filesystem.queue != 0) device["queue-size"] = filesystem.queue;
    command.device(device, filesystem.info);
}

bool is_virtiofs(const Filesystem& filesystem) {
    return filesystem.driver == FilesystemDriver::virtiofs;
}

} // namespace

void add_filesystems(CommandLine& command, const GuestDefinition& definition,
                     const CommandContext& context) {
    for (std::size_t i = 0; i < definition.filesystems.size(); ++i) {
        const auto& filesystem = definition.filesystems[i];
        const auto id = "fs" + std::to_string(i);
        if (is_virtiofs(filesystem)) {
            add_server(command, filesystem, id);
            continue;
        }
        const auto opened = context.directory_fds.find(i);
        add_directory(command, filesystem, id,
                      opened == context.directory_fds.end()
                          ? filesystem.directory
                          : "/proc/self/fd/" + std::to_string(opened->second));
    }
}

void check_filesystems(Diagnostics& found, const GuestDefinition& definition) {
    const bool shared = definition.memory_backing.access == MemoryAccess::shared;
    for (const auto& filesystem : definition.filesystems) {
        check_path(found, filesystem.source_place, "dir", filesystem.directory);
        check_path(found, filesystem.source_place, "socket", filesystem.socket);
        check_text(found, filesystem.place, "target", filesystem.target);
        if (is_virtiofs(filesystem) && !shared)
            found.error(filesystem.place, "a virtiofs needs memory that its server shares",
                        "add <memoryBacking><source type='memfd'/><access mode='shared'/>"
                        "</memoryBacking>");
    }
}

} // namespace vmwarden::qemu
