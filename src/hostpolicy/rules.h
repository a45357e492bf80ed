// SPDX-License-Identifier: LGPL-2.1-or-later
// The `rules:` of a policy file: for which guests, and what they change.
#pragma once

#include "src/hostpolicy/document.h"
#include "src/hostpolicy/host_policy.h"

namespace vmwarden::hostpolicy {

// A rule and the keys it changes, for the look at locks.
struct ReadRule {
    Rule rule;
    std::vector<Span> spans; // one for each of rule.changes
};

std::vector<ReadRule> read_rules(const Entry& entry, Findings& findings);

// Whether a rule is for the guest.
bool holds(const RuleMatch& match, const GuestTraits& guest);

} // namespace vmwarden::hostpolicy
