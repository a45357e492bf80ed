// SPDX-License-Identifier: LGPL-2.1-or-later
#include "src/resolve/emulators.h"

#include <array>

namespace vmwarden::resolving {

namespace {

struct Architecture {
    std::string_view name;                      // as domain XML and uname write it
    std::array<std::string_view, 3> programs{}; // below /usr/bin, best first
};

constexpr std::array architectures{
    Architecture{"x86_64", {"qemu-system-x86_64"}},
    // "qemu" was the 32-bit emulator's name when it was the only one.
    Architecture{"i686", {"qemu-system-i386", "qemu-system-x86_64", "qemu"}},
    Architecture{"i386", {"qemu-system-i386", "qemu-system-x86_64", "qemu"}},
    Architecture{"aarch64", {"qemu-system-aarch64"}},
    Architecture{"armv7l", {"qemu-system-arm"}},
    Architecture{"mips", {"qemu-system-mips"}},
    Architecture{"mipsel", {"qemu-system-mipsel"}},
    Architecture{"ppc", {"qemu-system-ppc"}},
    Architecture{"ppc64", {"qemu-system-ppc64"}},
    Architecture{"ppc64le", {"qemu-system-ppc64"}},
    Architecture{"riscv64", {"qemu-system-riscv64"}},
    Architecture{"s390x", {"qemu-system-s390x"}},
    Architecture{"sparc", {"qemu-system-sparc"}},
};

} // namespace

std::vector<std::string> emulator_candidates(const GuestDefinition& definition,
                                             std::string_view machine_arch) {
    if (!definition.emulator.empty()) return {definition.emulator};
    const std::string_view wanted = definition.os.arch.empty() ? machine_arch : definition.os.arch;
    std::vector<std::string> out;
    if (definition.type == DomainType::kvm) out.emplace_back("/usr/bin/qemu-kvm");
    bool known = false;
    for (const auto& architecture : architectures) {
        if (!wanted.empty() && architecture.name != wanted) continue;
        known = true;
        for (const auto program : architecture.programs)
            if (!program.empty()) out.push_back("/usr/bin/" + std::string(program));
    }
    if (!known) out.push_back("/usr/bin/qemu-system-" + std::string(wanted));
    return out;
}

bool kvm_runs(std::string_view guest_arch, std::string_view machine_arch) {
    if (guest_arch.empty() || guest_arch == machine_arch) return true;
    return machine_arch == "x86_64" && (guest_arch == "i686" || guest_arch == "i386");
}

} // namespace vmwarden::resolving
