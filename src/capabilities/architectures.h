// SPDX-License-Identifier: LGPL-2.1-or-later
// Domain XML's names for what QEMU calls its targets.
#pragma once

#include <string_view>
#include <vector>

namespace vmwarden {

struct Architecture {
    std::string_view name; // as domain XML writes it: "i686"
    unsigned wordsize = 0; // 31, 32 or 64
    // How <features> of libvirt's capabilities may tell of it.
    bool acpi = false;
    bool apic = false;
    bool pae = false;
};

// What an emulator for this target runs, its own architecture first; empty for a target that domain
// XML has no name for.
std::vector<Architecture> architectures_of(std::string_view target);

// By the name in domain XML or of uname(2); null when not known.
const Architecture* find_architecture(std::string_view name);

} // namespace vmwarden
