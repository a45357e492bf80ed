// SPDX-License-Identifier: LGPL-2.1-or-later
#include "agent/cli/arguments.h"

#include "agent/cli/failure.h"
#include "src/base/suggest.h"

#include <algorithm>

namespace vmwarden::cli {

std::optional<std::string> VerbOptions::value(std::string_view name) const {
    const auto found = given.find(name);
    if (found == given.end()) return std::nullopt;
    return found->second;
}

namespace {

bool take_global(std::string_view word, GlobalOptions& global) {
    if (word == "--json") return global.json = true;
    if (word == "--help" || word == "-h") return global.help = true;
    if (word == "--version") return global.version = true;
    if (word == "--no-ask-password") {
        global.ask_password = false;
        return true;
    }
    return false;
}

bool is_one_of(std::span<const std::string_view> known, std::string_view name) {
    return std::find(known.begin(), known.end(), name) != known.end();
}

} // namespace

Invocation parse_invocation(std::span<const char* const> arguments,
                            std::span<const std::string_view> with_value) {
    Invocation out;
    bool options_end = false;
    for (std::size_t i = 0; i < arguments.size(); ++i) {
        const std::string word = arguments[i];
        const bool option = !options_end && word.size() > 1 && word.front() == '-';
        if (!option) {
            out.words.push_back(word);
        } else if (word == "--") {
            options_end = true;
        } else if (word == "-c" || word == "--connect") {
            if (++i == arguments.size()) throw UsageError("option " + word + " needs a URI");
            out.global.uri = arguments[i];
        } else if (word.starts_with("--connect=")) {
            out.global.uri = word.substr(std::string_view("--connect=").size());
        } else if (!take_global(word, out.global)) {
            if (out.words.empty())
                throw UsageError("unknown option '" + word + "'; vmwarden --help lists them");
            const bool has_value = is_one_of(with_value, word.substr(2) + "=");
            if (has_value && ++i == arguments.size())
                throw UsageError("option " + word + " needs a value");
            out.verb_options.push_back(has_value ? word + "=" + arguments[i] : word);
        }
    }
    return out;
}

VerbOptions parse_verb_options(std::span<const std::string> typed,
                               std::span<const std::string_view> known) {
    VerbOptions out;
    for (const auto& option : typed) {
        if (!option.starts_with("--"))
            throw UsageError("unknown option '" + option + "'; options of verbs are long ones");
        const auto equals = option.find('=');
        const bool has_value = equals != std::string::npos;
        const std::string name = option.substr(2, has_value ? equals - 2 : std::string::npos);
        const std::string key = has_value ? name + "=" : name;
        if (!is_one_of(known, key)) {
            const bool wants_value = is_one_of(known, name + "=");
            const auto hint = wants_value ? "write --" + name + "=VALUE" : did_you_mean(key, known);
            throw UsageError("unknown option '" + option + "'" + (hint.empty() ? "" : "; " + hint));
        }
        out.given[name] = has_value ? option.substr(equals + 1) : "";
    }
    return out;
}

} // namespace vmwarden::cli
