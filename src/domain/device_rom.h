// SPDX-License-Identifier: LGPL-2.1-or-later
// <rom>: what a PCI device's expansion ROM holds.
#pragma once

#include "src/base/diagnostic.h"

#include <optional>
#include <string>

namespace vmwarden {

struct DeviceRom {
    std::optional<bool> enabled; // false: none at all, and nothing else is said
    std::optional<bool> bar;     // whether the guest sees it
    std::string file;            // absolute path; empty: the device's own
    SourcePlace file_place = {};
    bool operator==(const DeviceRom&) const = default;
};

} // namespace vmwarden
