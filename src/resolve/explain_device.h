// SPDX-License-Identifier: LGPL-2.1-or-later
// Whether a guest's device filter lets it open a node, and which line says so.
#pragma once

#include "src/hostfacts/host_facts.h"
#include "src/hostpolicy/host_policy.h"
#include "src/plan/launch_plan.h"

namespace vmwarden {

struct DeviceExplanation {
    bool allowed = false;
    std::string permissions; // of "rwm", when allowed
    std::string because;     // the line that decided
    std::string hint;        // how it could be had, when not allowed
    bool operator==(const DeviceExplanation&) const = default;
};

// `node` is what is at the path, `policy` the one for this guest, its rules applied. The answer
// goes by the node's number, as the kernel's does: what else it is called does not matter. Owner
// and label have their say after the filter and are not looked at.
DeviceExplanation explain_device(const HostPolicy& policy, const LaunchPlan& plan,
                                 const std::string& path, const FileFact& node);

} // namespace vmwarden
