// SPDX-License-Identifier: LGPL-2.1-or-later
#include "src/capabilities/architectures.h"

#include <algorithm>
#include <iterator>

namespace vmwarden {

namespace {

struct Target {
    std::string_view qemu; // the emulator's target
    Architecture architecture;
};

// Names as in libvirt's public schema (basictypes.rng, archnames). A second line for a target is
// what it runs as well.
constexpr Target table[] = {
    {"x86_64", {"x86_64", 64, true, true}},
    {"x86_64", {"i686", 32, true, true, true}},
    {"i386", {"i686", 32, true, true, true}},
    {"aarch64", {"aarch64", 64, true}},
    {"alpha", {"alpha", 64}},
    {"arm", {"armv7l", 32}},
    {"cris", {"cris", 32}},
    {"hppa", {"parisc", 32}},
    {"m68k", {"m68k", 32}},
    {"microblaze", {"microblaze", 32}},
    {"microblazeel", {"microblazeel", 32}},
    {"mips", {"mips", 32}},
    {"mipsel", {"mipsel", 32}},
    {"mips64", {"mips64", 64}},
    {"mips64el", {"mips64el", 64}},
    {"or1k", {"openrisc", 32}},
    {"ppc", {"ppc", 32}},
    {"ppc64", {"ppc64", 64}},
    {"ppc64", {"ppc64le", 64}},
    {"riscv32", {"riscv32", 32}},
    {"riscv64", {"riscv64", 64}},
    {"s390x", {"s390x", 64}},
    {"sh4", {"sh4", 32}},
    {"sh4eb", {"sh4eb", 32}},
    {"sparc", {"sparc", 32}},
    {"sparc64", {"sparc64", 64}},
    {"xtensa", {"xtensa", 32}},
    {"xtensaeb", {"xtensaeb", 32}},
};

} // namespace

std::vector<Architecture> architectures_of(std::string_view target) {
    std::vector<Architecture> out;
    for (const auto& each : table)
        if (each.qemu == target) out.push_back(each.architecture);
    return out;
}

const Architecture* find_architecture(std::string_view name) {
    const auto* found =
        std::find_if(std::begin(table), std::end(table),
                     [name](const Target& each) { return each.architecture.name == name; });
    return found == std::end(table) ? nullptr : &found->architecture;
}

} // namespace vmwarden
