// SPDX-License-Identifier: LGPL-2.1-or-later
// Attributes that are on or off, with QEMU's names for them.
#pragma once

#include <string>
#include <string_view>

namespace vmwarden {

// A switch by its name in the format: {"relaxed", true}.
struct NamedSwitch {
    std::string name;
    bool on = true;
    bool operator==(const NamedSwitch&) const = default;
};

// One that there is, and what QEMU calls it.
struct KnownSwitch {
    std::string_view name;
    std::string_view property;
};

} // namespace vmwarden
