// SPDX-License-Identifier: LGPL-2.1-or-later
// The verbs of `vmwarden`: one table, from which dispatch, usage and help come.
#pragma once

#include "agent/cli/arguments.h"
#include "agent/cli/client.h"
#include "agent/cli/failure.h"

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace vmwarden::cli {

// What a verb works with. The agent is only called, and so only activated, when a verb asks for it.
class Context {
  public:
    Context(GlobalOptions options, VerbOptions verb_options, std::vector<std::string> operands);

    const GlobalOptions global;
    const VerbOptions options;
    const std::vector<std::string> operands;

    Client& agent();

  private:
    std::optional<Client> client_;
};

struct Verb {
    std::string_view name;     // "start", "policy check"
    std::string_view operands; // for usage: "NAME", "[FILE|-]..."
    std::string_view help;     // one line
    std::size_t min_operands;
    std::size_t max_operands;
    std::vector<std::string_view> options; // as parse_verb_options() takes them
    ExitCode (*run)(Context&);
};

std::span<const Verb> verbs();

// guest_verbs.cpp
ExitCode define_guest(Context& context);
ExitCode undefine_guest(Context& context);
ExitCode create_guest(Context& context);
ExitCode start_guest(Context& context);
ExitCode shutdown_guest(Context& context);
ExitCode destroy_guest(Context& context);
ExitCode reset_guest(Context& context);
ExitCode suspend_guest(Context& context);
ExitCode resume_guest(Context& context);

// insight_verbs.cpp
ExitCode list_guests(Context& context);
ExitCode show_info(Context& context);
ExitCode dump_xml(Context& context);
ExitCode show_plan(Context& context);
ExitCode verify_guest(Context& context);
ExitCode show_capabilities(Context& context);

// policy_edit_verbs.cpp
ExitCode set_policy(Context& context);
ExitCode unset_policy(Context& context);
ExitCode get_policy(Context& context);

// policy_verbs.cpp
ExitCode check_policy(Context& context);
ExitCode show_schema(Context& context);
ExitCode reload_policy(Context& context);

// policy_trial_verbs.cpp
ExitCode try_policy(Context& context);
ExitCode confirm_policy(Context& context);
ExitCode revert_policy(Context& context);
ExitCode simulate_policy(Context& context);

// policy_insight_verbs.cpp
ExitCode show_policy(Context& context);
ExitCode explain_policy(Context& context);
ExitCode diff_policy(Context& context);

// import_verbs.cpp
ExitCode import_policy(Context& context);

// native_verbs.cpp
ExitCode domain_from_native(Context& context);
ExitCode domain_to_native(Context& context);

} // namespace vmwarden::cli
