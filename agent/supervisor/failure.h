// SPDX-License-Identifier: LGPL-2.1-or-later
// What went wrong with something that was asked of the agent: a kind that programs tell apart and a
// message for people. agent/bus turns the kind into a D-Bus error name.
#pragma once

#include "src/base/diagnostic.h"
#include "src/hostpolicy/read_policy.h"
#include "src/resolve/resolve.h"

#include <span>
#include <string>
#include <variant>
#include <vector>

namespace vmwarden::supervisor {

struct Failure {
    enum class Kind {
        no_such_guest,
        guest_exists,
        invalid_definition,
        invalid_policy,
        policy_denied,
        not_authorized,
        invalid_option,
        invalid_argument,
        operation_failed,
        launch_failed,
        not_running,
        already_running,
        timeout,
        trial_in_progress,
        no_trial,
    };
    Kind kind = Kind::operation_failed;
    std::string message; // what, where (file:line:col when a file is meant), how to mend it
    std::vector<SourcePlace> policy_lines = {}; // of policy_denied: those that say no
};

template <class T>
using Outcome = std::variant<T, Failure>;
struct Done {};

// The texts that diagnostics may point into, for the source line and the caret.
using Sources = std::span<const PolicyFile>;

Failure no_such_guest(const std::string& name);
// All diagnostics, each with its source line.
Failure invalid_definition(const Diagnostics& diagnostics, Sources sources);
// `outcome`: what follows from it, as the first line.
Failure invalid_policy(const std::string& outcome, const Diagnostics& diagnostics, Sources sources);
// policy_denied where policy said no to anything, else launch_failed; every reason, each with the
// step that gave it.
Failure refused(const std::vector<Refusal>& refusals, Sources sources);
// For what nobody expected: neutral towards the caller; the detail goes to the log alone.
Failure unexpected(const std::string& detail, const std::string& guest = {});

} // namespace vmwarden::supervisor
