// SPDX-License-Identifier: LGPL-2.1-or-later
// What the policy says, why, and where the one in force differs from the files.
#include "agent/cli/input.h"
#include "agent/cli/offline_plan.h"
#include "agent/cli/policy_input.h"
#include "agent/cli/table.h"
#include "agent/cli/verbs.h"
#include "src/base/suggest.h"
#include "src/base/text.h"
#include "src/domain/domain_xml.h"
#include "src/hostpolicy/describe.h"
#include "src/hostpolicy/explain.h"
#include "src/resolve/resolve.h"

#include <iostream>
#include <map>

namespace vmwarden::cli {

namespace {

using Json = nlohmann::ordered_json;

GuestTraits traits_of_file(const std::string& name) {
    const auto file = read_domain_file(name);
    const auto read = read_domain(file.name, file.xml);
    if (!read.definition) throw Failure(ExitCode::failed, render(read.diagnostics, file.xml));
    return traits_of(*read.definition);
}

// A section stands for its keys.
std::vector<std::string_view> keys_named(const std::string& word) {
    std::vector<std::string_view> found;
    const auto all = policy_key_names();
    for (const auto name : all)
        if (name == word || name.starts_with(word + ".")) found.push_back(name);
    if (!found.empty()) return found;
    const auto hint = did_you_mean(word, all);
    throw UsageError("unknown key '" + printable(word) + "'; " +
                     (hint.empty() ? "vmwarden-policy.yaml(5) has the keys there are" : hint));
}

std::string line_of(const Json& change) {
    const auto match = change.at("match").get<std::string>();
    return change.at("because").get<std::string>() + (match.empty() ? "" : " for " + match);
}

std::string value_of(const Json& change) {
    const auto kind = change.at("kind").get<std::string>();
    return (kind == "add"      ? "+ "
            : kind == "remove" ? "- "
                               : "") +
           change.at("value").get<std::string>();
}

void print_explanation(const Json& key) {
    std::cout << key.at("key").get<std::string>() << ": "
              << printable(key.at("value").get<std::string>()) << "\n    "
              << key.at("meaning").get<std::string>() << '\n';
    Table table({"", "COUNTS", "LINE", "VALUE"});
    for (const auto& change : key.at("changes"))
        table.add({"", change.at("counts").get<bool>() ? "yes" : "no", line_of(change),
                   value_of(change)});
    std::cout << table.text();
    if (key.contains("lock"))
        std::cout << "  locked by " << printable(key.at("lock").get<std::string>()) << '\n';
}

ExitCode explain_code(const Context& context, const std::string& code) {
    const auto meaning = meaning_of_code(code);
    if (meaning.empty())
        throw UsageError("no diagnostic has the code " + code +
                         "; vmwarden-policy.yaml(5) lists them");
    if (context.global.json)
        std::cout << Json{{"code", code}, {"meaning", meaning}}.dump(2) << '\n';
    else
        std::cout << code << ": " << meaning << '\n';
    return ExitCode::done;
}

bool is_code(const std::string& word) {
    return word.size() == 5 && word.front() == 'P' &&
           word.find_first_not_of("0123456789", 1) == std::string::npos;
}

// Where nothing asks for the agent, the files answer.
Json explain_one(Context& context, std::string_view key, const std::optional<std::string>& guest) {
    if (guest && !names_a_file(*guest)) return context.agent().explain(std::string(key), *guest);
    const auto read = read_good_policy(context.options.value("root").value_or("/"));
    if (!guest) return to_json(*explain_key(read, key));
    const auto traits = traits_of_file(*guest);
    return to_json(*explain_key(read, key, &traits));
}

ExitCode explain_device(Context& context, const std::string& device) {
    const auto guest = context.options.value("guest");
    if (!guest || names_a_file(*guest) || !context.operands.empty())
        throw UsageError("policy explain --device=NODE goes with --guest=NAME, and without a key");
    const auto answer = context.agent().explain_device(*guest, device);
    const bool allowed = answer.at("allowed").get<bool>();
    if (context.global.json) {
        std::cout << answer.dump(2) << '\n';
        return ExitCode::done;
    }
    std::cout << device << ": "
              << (allowed ? "allowed " + answer.at("permissions").get<std::string>() : "denied")
              << "\n    " << printable(answer.at("because").get<std::string>()) << '\n';
    const auto hint = answer.at("hint").get<std::string>();
    if (!hint.empty()) std::cout << "    " << printable(hint) << '\n';
    return ExitCode::done;
}

// What the agent says of a guest, as a policy file.
std::string effective_text(const std::vector<EffectiveEntry>& entries, bool with_origins) {
    std::string out;
    std::string section;
    for (const auto& entry : entries) {
        const auto dot = entry.key.find('.');
        const auto own = dot == std::string::npos ? std::string() : entry.key.substr(0, dot);
        if (!own.empty() && own != section) out += own + ":\n";
        section = own;
        out += (own.empty() ? "" : "  ") + entry.key.substr(own.empty() ? 0 : own.size() + 1) +
               ": " + entry.value + (with_origins ? " # " + entry.because : "") + "\n";
    }
    return out;
}

struct Difference {
    std::string key;
    const EffectiveEntry* in_force = nullptr; // none: only the files have it
    const PolicyEntry* on_disk = nullptr;
};

std::vector<Difference> differences(const std::vector<EffectiveEntry>& in_force,
                                    const std::vector<PolicyEntry>& on_disk) {
    std::vector<Difference> out;
    std::map<std::string, const PolicyEntry*> files;
    for (const auto& entry : on_disk)
        files[entry.key] = &entry;
    for (const auto& entry : in_force) {
        const auto other = files.extract(entry.key);
        if (other.empty())
            out.push_back({entry.key, &entry, nullptr});
        else if (other.mapped()->value != entry.value)
            out.push_back({entry.key, &entry, other.mapped()});
    }
    for (const auto& entry : on_disk)
        if (files.contains(entry.key)) out.push_back({entry.key, nullptr, &entry});
    return out;
}

void print_side(const char* sign, const std::string& value, const std::string& because) {
    std::cout << sign << ' ' << printable(value) << "  # " << printable(because) << '\n';
}

Json json_of(const Difference& difference) {
    Json row{{"key", difference.key}};
    if (difference.in_force != nullptr)
        row["in_force"] = {{"value", difference.in_force->value},
                           {"because", difference.in_force->because}};
    if (difference.on_disk != nullptr)
        row["on_disk"] = {{"value", difference.on_disk->value},
                          {"because", difference.on_disk->origin.text()}};
    return row;
}

} // namespace

ExitCode show_policy(Context& context) {
    const bool origins = context.options.has("origin");
    if (!context.operands.empty() && !names_a_file(context.operands[0])) {
        if (context.options.has("root"))
            throw UsageError("policy show takes a guest of the agent or --root=DIR, not both");
        std::cout << effective_text(context.agent().effective_policy(context.operands[0]), origins);
        return ExitCode::done;
    }
    auto policy = *read_good_policy(context.options.value("root").value_or("/")).policy;
    if (!context.operands.empty()) {
        policy = policy_for(policy, traits_of_file(context.operands[0]));
        policy.rules.clear(); // they have been applied
    }
    std::cout << policy_text(policy, origins);
    return ExitCode::done;
}

ExitCode explain_policy(Context& context) {
    if (const auto device = context.options.value("device"))
        return explain_device(context, *device);
    if (context.operands.empty())
        throw UsageError("policy explain takes a key, like limits.memory");
    const auto& word = context.operands[0];
    if (is_code(word)) return explain_code(context, word);
    Json all = Json::array();
    for (const auto key : keys_named(word))
        all.push_back(explain_one(context, key, context.options.value("guest")));
    if (context.global.json) {
        std::cout << all.dump(2, ' ', false, Json::error_handler_t::replace) << '\n';
        return ExitCode::done;
    }
    for (const auto& key : all) {
        if (&key != &all.front()) std::cout << '\n';
        print_explanation(key);
    }
    return ExitCode::done;
}

// diff(1) has shown the way: its own exit code for "they differ".
ExitCode diff_policy(Context& context) {
    const auto in_force = context.agent().effective_policy({});
    const auto on_disk = policy_entries(*read_good_policy("/").policy);
    const auto found = differences(in_force, on_disk);
    if (context.global.json) {
        Json rows = Json::array();
        for (const auto& difference : found)
            rows.push_back(json_of(difference));
        std::cout << rows.dump(2, ' ', false, Json::error_handler_t::replace) << '\n';
    } else {
        if (!found.empty()) std::cout << "--- in force\n+++ on disk\n";
        for (const auto& [key, ours, theirs] : found) {
            std::cout << key << ":\n";
            if (ours != nullptr) print_side("-", ours->value, ours->because);
            if (theirs != nullptr) print_side("+", theirs->value, theirs->origin.text());
        }
    }
    return found.empty() ? ExitCode::done : ExitCode::different;
}

} // namespace vmwarden::cli
