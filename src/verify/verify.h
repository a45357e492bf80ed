// SPDX-License-Identifier: LGPL-2.1-or-later
// Plan against kernel: a row per protection.
#pragma once

#include "src/plan/launch_plan.h"
#include "src/verify/kernel_view.h"

#include <string>
#include <vector>

namespace vmwarden {

struct VerifyRow {
    std::string protection; // "uid", "capabilities bounding", "device filter", "label of disk hda"
    bool holds = false;
    std::string planned;
    std::string found;
    std::string hint; // of a row that does not hold
    bool operator==(const VerifyRow&) const = default;
};

// Rows in a fixed order; the guest is confined as planned exactly when all hold. A protection that
// the policy turned off holds, and `planned` names the line. What could not be looked at does not
// hold.
//
// Of descriptors there is one row when all are explained, otherwise one for each that is not. The
// kernel does not say who made a socket or pipe, so those count as QEMU's own.
std::vector<VerifyRow> verify(const LaunchPlan& plan, const KernelView& view);

// The rows about the scope's limits alone, for who has just set them; they look at tasks and memory
// of the view.
std::vector<VerifyRow> verify_limits(const LaunchPlan& plan, const KernelView& view);

} // namespace vmwarden
