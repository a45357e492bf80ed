// SPDX-License-Identifier: LGPL-2.1-or-later
// The labels of a guest that runs, as the <seclabel> of its XML tells them.
#pragma once

#include <string>

namespace vmwarden {

// What a running guest has, whatever was asked for. Empty: it has none of this model.
struct RunningLabels {
    std::string process; // SELinux contexts
    std::string image;
    std::string account; // "+64055:+64055"
    bool operator==(const RunningLabels&) const = default;
};

} // namespace vmwarden
