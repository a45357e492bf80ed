// SPDX-License-Identifier: LGPL-2.1-or-later
// What was typed, taken apart.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace vmwarden::cli {

// Before the verb: vmwarden [-c URI] [--json] [--no-ask-password] VERB …
struct GlobalOptions {
    std::optional<std::string> uri;
    bool json = false;
    bool ask_password = true;
    bool help = false;
    bool version = false;
};

// One option of a verb: "--all", or with a value: "--timeout=".
struct VerbOptions {
    std::map<std::string, std::string, std::less<>> given; // without dashes; value empty for flags
    [[nodiscard]] bool has(std::string_view name) const { return given.find(name) != given.end(); }
    [[nodiscard]] std::optional<std::string> value(std::string_view name) const;
};

struct Invocation {
    GlobalOptions global;
    std::vector<std::string> words; // verb and operands, options taken out; "--" ends options
    std::vector<std::string> verb_options; // in order, "--name=value", for parse_verb_options
};

// Takes the global options out, wherever they stand before "--". `with_value` names the options of
// any verb that have a value, as parse_verb_options() takes them: it may be a word of its own.
// Throws UsageError on an option before the verb that is not known.
Invocation parse_invocation(std::span<const char* const> arguments,
                            std::span<const std::string_view> with_value);

// `known` holds "all" for a flag and "timeout=" for an option with a value. Throws UsageError with
// a suggestion for anything else.
VerbOptions parse_verb_options(std::span<const std::string> typed,
                               std::span<const std::string_view> known);

} // namespace vmwarden::cli
