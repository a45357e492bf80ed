// SPDX-License-Identifier: LGPL-2.1-or-later
// The policy and its language put into words for people and other programs, all out of the table of
// keys.
#pragma once

#include "src/hostpolicy/host_policy.h"

#include <string>

namespace vmwarden {

// A policy file that gives this policy again; with origins, each line tells by a comment what
// decided it. What a rule changes stands as written.
std::string policy_text(const HostPolicy& policy, bool with_origins);

// A JSON Schema (draft-07) of policy files, for editors: what it accepts may still be refused by
// the reader, which knows more; what it refuses the reader refuses too.
std::string policy_json_schema();

// One entry for each key in mdoc(7), for vmwarden-policy.yaml(5).
std::string policy_manual_keys();

// The policy file that is installed as the vendor's: every key with its meaning as a comment and
// the value of built_in_policy().
std::string default_policy_file();

} // namespace vmwarden
