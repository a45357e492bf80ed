// SPDX-License-Identifier: LGPL-2.1-or-later
#include "src/qemu/unsupported.h"

#include "src/base/text.h"
#include "src/qemu/board.h"
#include "src/qemu/command.h"
#include "src/qemu/memory.h"
#include "src/qemu/platform.h"
#include "src/qemu/system_information.h"
#include "src/qemu/threads.h"

#include <algorithm>

namespace vmwarden::qemu {

namespace {

// What QEMU 7.2 gives the machines: 255 on i440fx, 288 on q35.
constexpr unsigned max_vcpus = 255;

void check_machine(Diagnostics& found, const GuestDefinition& definition) {
    const auto& os = definition.os;
    if (os.type != "hvm")
        found.error(os.place, "operating system type '" + printable(os.type) + "' is not handled",
                    "write <type>hvm</type>");
    if (!os.arch.empty() && os.arch != "x86_64" && os.arch != "i686")
        found.error(os.place, "architecture '" + printable(os.arch) + "' is not handled",
                    "x86_64 and i686 are");
    if (!chipset_of(os.machine))
        found.error(os.place, "machine '" + printable(os.machine) + "' is not handled",
                    "pc, q35 and their versions (pc-i440fx-7.2, pc-q35-7.2) are");
}

void check_kernel(Diagnostics& found, const OsBoot& os) {
    check_path(found, os.kernel_place, "kernel", os.kernel);
    check_path(found, os.initrd_place, "initrd", os.initrd);
    check_text(found, os.place, "cmdline", os.cmdline);
    if (os.kernel.empty() && !os.initrd.empty())
        found.error(os.initrd_place, "an initrd needs a kernel", "add <kernel>");
    if (os.kernel.empty() && !os.cmdline.empty())
        found.error(os.place, "a cmdline needs a kernel", "add <kernel>");
}

void check_cpu(Diagnostics& found, const GuestDefinition& definition) {
    const auto& mode = definition.cpu_mode;
    const auto& model = definition.cpu_model;
    if (mode == "host-passthrough" && definition.type != DomainType::kvm)
        found.error(definition.place, "cpu mode 'host-passthrough' needs type='kvm'",
                    "mode='maximum' is the most that emulation offers");
    if (mode == "custom" && (!plain_word(model) || model == "help"))
        found.error(definition.place, "'" + printable(model) + "' cannot be a cpu model",
                    "qemu-system-x86_64 -cpu help lists them");
    constexpr std::string_view known[] = {"", "host-passthrough", "host-model", "maximum",
                                          "custom"};
    if (std::ranges::count(known, mode) == 0)
        found.error(definition.place, "cpu mode '" + printable(mode) + "' is not handled");
}

void check_size(Diagnostics& found, const GuestDefinition& definition) {
    if (definition.memory.count == 0) found.error(definition.memory_place, "a guest needs memory");
    if (definition.vcpus == 0 || definition.vcpus > max_vcpus)
        found.error(definition.vcpus_place,
                    std::to_string(definition.vcpus) + " vcpus cannot be emulated",
                    "1 to " + std::to_string(max_vcpus) + " can");
}

void check_lifecycle(Diagnostics& found, const GuestDefinition& definition) {
    const auto refuse = [&](const char* element, const char* hint) {
        found.error(definition.place, std::string("QEMU cannot do what ") + element + " asks",
                    hint);
    };
    if (definition.on_poweroff == LifecycleAction::rename_restart ||
        definition.on_poweroff == LifecycleAction::preserve)
        refuse("on_poweroff", "destroy and restart are possible");
    if (definition.on_crash == LifecycleAction::rename_restart)
        refuse("on_crash", "destroy, restart and preserve are possible");
    if (definition.on_reboot == LifecycleAction::rename_restart ||
        definition.on_reboot == LifecycleAction::preserve)
        refuse("on_reboot", "restart and destroy are possible");
    // QEMU would turn the reboot into a shutdown, and that into a guest that stays.
    if (definition.on_reboot == LifecycleAction::destroy &&
        definition.on_poweroff != LifecycleAction::destroy)
        found.error(definition.place, "on_reboot 'destroy' needs on_poweroff 'destroy' as well",
                    "write <on_poweroff>destroy</on_poweroff>");
}

} // namespace

bool plain_word(std::string_view word) {
    constexpr std::string_view first = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                       "0123456789";
    const auto rest = std::string(first) + "._+-";
    return !word.empty() && first.find(word[0]) != std::string_view::npos &&
           word.find_first_not_of(rest) == std::string_view::npos;
}

void check_text(Diagnostics& found, const SourcePlace& place, std::string_view what,
                std::string_view text) {
    if (printable(text) != text)
        found.error(place, std::string(what) + " '" + printable(text) +
                               "' has control characters or is not UTF-8");
}

void check_path(Diagnostics& found, const SourcePlace& place, std::string_view what,
                std::string_view path) {
    check_text(found, place, what, path);
    if (!path.empty() && path[0] != '/')
        found.error(place,
                    std::string(what) + " '" + printable(path) + "' is not an absolute path");
    if (path.starts_with("/dev/fdset/"))
        found.error(place, std::string(what) + " names a descriptor of QEMU, not a file",
                    "/dev/fdset exists inside QEMU only");
}

Diagnostics unsupported(const GuestDefinition& definition) {
    Diagnostics found;
    if (!valid_guest_name(definition.name))
        found.error(definition.name_place, "'" + printable(definition.name) + "' cannot be a name");
    check_machine(found, definition);
    check_kernel(found, definition.os);
    check_cpu(found, definition);
    check_size(found, definition);
    check_lifecycle(found, definition);
    check_platform(found, definition);
    check_system_information(found, definition);
    check_memory(found, definition);
    check_iothreads(found, definition);
    check_drives(found, definition);
    check_devices(found, definition);
    return found;
}

} // namespace vmwarden::qemu
