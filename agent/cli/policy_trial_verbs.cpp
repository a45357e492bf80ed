// SPDX-License-Identifier: LGPL-2.1-or-later
// `policy try`, `confirm`, `revert` and `simulate`: a policy file before it is kept.
#include "agent/cli/diagnostics_json.h"
#include "agent/cli/input.h"
#include "agent/cli/table.h"
#include "agent/cli/verbs.h"
#include "src/base/units.h"
#include "src/hostpolicy/candidate.h"

#include <algorithm>
#include <ctime>
#include <iostream>

namespace vmwarden::cli {

namespace {

using Json = nlohmann::ordered_json;

constexpr std::uint32_t usual_seconds = 30;
constexpr std::uint32_t most_seconds = 24 * 3600;

PolicyText candidate_of(const Context& context) {
    const auto& file = context.operands[0];
    const auto as = context.options.value("as");
    const auto name = as.value_or(file == "-" ? std::string() : base_name(file));
    if (!is_policy_file_name(name))
        throw UsageError(as ? "--as takes the name of a policy file, like 60-site.yaml"
                            : "give the name that the file is to have, like --as=60-site.yaml");
    return {name, read_input(file, max_policy_bytes), input_name(file)};
}

std::uint32_t seconds_of(const Context& context) {
    const auto text = context.options.value("timeout");
    if (!text) return usual_seconds;
    const auto seconds = parse_number(*text);
    if (!seconds || *seconds == 0 || *seconds > most_seconds)
        throw UsageError("--timeout takes seconds, from 1 to " + std::to_string(most_seconds));
    return static_cast<std::uint32_t>(*seconds);
}

std::string clock_text(std::uint64_t usec) {
    const auto seconds = static_cast<std::time_t>(usec / 1'000'000);
    std::tm broken{};
    char text[64] = "";
    if (::localtime_r(&seconds, &broken) != nullptr)
        (void)std::strftime(text, sizeof text, "%Y-%m-%d %H:%M:%S", &broken);
    return text;
}

void print_forecasts(const Json& rows) {
    Table table({"GUEST", "STATE", "NEXT START"});
    for (const auto& row : rows) {
        table.add({row.at("guest").get<std::string>(), row.at("state").get<std::string>(),
                   row.at("verdict").get<std::string>()});
        for (const auto& line : row.at("lines"))
            table.add({"", "  " + line.get<std::string>(), ""});
    }
    std::cout << table.text();
}

} // namespace

ExitCode try_policy(Context& context) {
    const auto candidate = candidate_of(context);
    const auto seconds = seconds_of(context);
    const auto until = context.agent().try_policy(candidate, seconds);
    if (context.global.json)
        std::cout << json_text(Json{{"name", candidate.name}, {"until", until}}) << '\n';
    else
        std::cout << candidate.name << ": in force for guests that start until "
                  << clock_text(until) << "; to keep it: vmwarden policy confirm\n";
    return ExitCode::done;
}

ExitCode confirm_policy(Context& context) {
    const auto file = context.agent().confirm_policy();
    if (context.global.json)
        std::cout << json_text(Json{{"file", file}}) << '\n';
    else
        std::cout << file << ": kept, and in force\n";
    return ExitCode::done;
}

ExitCode revert_policy(Context& context) {
    context.agent().revert_policy();
    return ExitCode::done;
}

ExitCode simulate_policy(Context& context) {
    const auto rows = context.agent().simulate_policy(candidate_of(context));
    if (context.global.json)
        std::cout << json_text(rows) << '\n';
    else
        print_forecasts(rows);
    const bool refused = std::any_of(
        rows.begin(), rows.end(), [](const Json& row) { return row.at("verdict") == "refused"; });
    return refused ? ExitCode::refused : ExitCode::done;
}

} // namespace vmwarden::cli
