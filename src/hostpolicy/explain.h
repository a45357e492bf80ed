// SPDX-License-Identifier: LGPL-2.1-or-later
// Why the policy says what it says: every value with the line that gave it, and every line that
// had a say.
#pragma once

#include "src/hostpolicy/read_policy.h"

#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace vmwarden {

// A key with its value, or one rule.
struct PolicyEntry {
    std::string key;   // "limits.memory"; "rules[0]"
    std::string value; // as a file would write it, on one line
    Origin origin;     // the line that decided
    bool operator==(const PolicyEntry&) const = default;
};

// All keys in the order of the table, then the rules in theirs.
std::vector<PolicyEntry> policy_entries(const HostPolicy& policy);

// A line that sets a key, adds to it or takes from it.
struct ExplainedChange {
    ChangeKind kind = ChangeKind::set;
    std::string value;
    Origin origin;
    std::string match;  // of a rule; empty of a line that is for all guests
    bool counts = true; // no later line has replaced it, and a rule is for the guest in question
    bool operator==(const ExplainedChange&) const = default;
};

struct KeyExplanation {
    std::string key;
    std::string meaning;
    std::string value;
    Origin origin;
    // In rising precedence: the built-in value, what the files say, what the rules say.
    std::vector<ExplainedChange> changes;
    std::optional<Origin> lock; // the line that forbids later files to change it
    bool operator==(const KeyExplanation&) const = default;
};

// For `guest`, or for guests that no rule is for: rules are listed then, and do not count.
// `read.policy` must be there. None: there is no such key.
std::optional<KeyExplanation> explain_key(const ReadPolicy& read, std::string_view key,
                                          const GuestTraits* guest = nullptr);

// As an object for programs: key, meaning, value, because, lock, changes.
nlohmann::ordered_json to_json(const KeyExplanation& explanation);

// The names explain_key() knows, for suggestions.
std::vector<std::string_view> policy_key_names();

// What the code of a diagnostic about policy files stands for, and how such a fault is mended.
struct CodeMeaning {
    std::string_view code; // "P0040"
    std::string_view meaning;
};
std::span<const CodeMeaning> code_meanings();
std::string_view meaning_of_code(std::string_view code); // empty: there is no such code

} // namespace vmwarden
