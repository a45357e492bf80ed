// SPDX-License-Identifier: LGPL-2.1-or-later
// The steps between fork and exec, in their order. Each has a name and an exit code; the first that
// fails ends the launch, and nothing after it is done.
#pragma once

#include "agent/shim/descriptors.h"
#include "agent/shim/outcome.h"
#include "src/plan/launch_plan.h"

#include <span>
#include <string_view>
#include <vector>

namespace vmwarden::shim {

// What the steps work on. Every descriptor is closed on exec unless placed.
struct StepContext {
    const plan::Process& process;
    std::vector<Placement> descriptors; // all that QEMU inherits, 0 to 2 included
    // To the parent: StepReports go there, EOF after `handed_over` is the exec; go_ahead comes back.
    int parent = -1;
};

// The parent's word that it has dropped its own privilege.
constexpr char go_ahead = 'g';

struct Step {
    std::string_view name; // "capabilities"; at most StepReport::name_size - 1 bytes
    int exit_code = 1;
    Outcome (*run)(StepContext&) = nullptr;
};

// The table itself: read it in steps.cpp.
std::span<const Step> steps();

// What the child tells its parent: one report of a failed step, or `handed_over` right
// before the exec, which alone tells an exec (the socket then closes) from a child that was killed on
// its way.
struct StepReport {
    static constexpr std::size_t name_size = 32;
    bool handed_over = false;
    std::uint8_t step = 0;
    std::int32_t error = 0;
    char name[name_size] = {};
};

// Runs the table; does not come back. The last step of the real table is the exec.
[[noreturn]] void walk(std::span<const Step> table, StepContext& context) noexcept;

} // namespace vmwarden::shim
