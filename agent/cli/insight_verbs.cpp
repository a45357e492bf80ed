// SPDX-License-Identifier: LGPL-2.1-or-later
#include "agent/cli/input.h"
#include "agent/cli/offline_plan.h"
#include "agent/cli/table.h"
#include "agent/cli/verbs.h"
#include "src/plan/show.h"

#include <ctime>
#include <filesystem>
#include <iostream>

namespace vmwarden::cli {

namespace {

using Json = nlohmann::ordered_json;

bool is_active(const std::string& state) {
    return state == "starting" || state == "running" || state == "paused" || state == "stopping";
}

std::string local_time(std::uint64_t microseconds) {
    const auto seconds = static_cast<std::time_t>(microseconds / 1000000);
    std::tm broken{};
    char text[64] = "";
    if (::localtime_r(&seconds, &broken) != nullptr)
        (void)std::strftime(text, sizeof text, "%Y-%m-%d %H:%M:%S %Z", &broken);
    return text;
}

std::string shown(const std::string& key, const Json& value) {
    if (key == "Since" && value.is_number() && value != 0)
        return local_time(value.get<std::uint64_t>());
    if (value.is_string()) return value.get<std::string>();
    if (value.is_boolean()) return value.get<bool>() ? "yes" : "no";
    return value.dump();
}

Json plan_of(Context& context) {
    const auto& word = context.operands[0];
    if (context.options.has("offline") || context.options.has("root"))
        return offline_plan(word, context.options.value("root").value_or("/"));
    auto& agent = context.agent();
    if (!names_a_file(word)) return agent.guest_plan(agent.find(word));
    const auto file = read_domain_file(word);
    return agent.plan(file.xml, file.name);
}

} // namespace

ExitCode list_guests(Context& context) {
    Json rows = Json::array();
    for (const auto& guest : context.agent().list())
        if (context.options.has("all") || is_active(guest.state))
            rows.push_back({{"name", guest.name}, {"state", guest.state}});
    if (context.global.json) {
        std::cout << rows.dump(2) << '\n';
        return ExitCode::done;
    }
    Table table({"NAME", "STATE"});
    for (const auto& row : rows)
        table.add({row["name"].get<std::string>(), row["state"].get<std::string>()});
    std::cout << table.text();
    return ExitCode::done;
}

ExitCode show_info(Context& context) {
    auto& agent = context.agent();
    const auto properties = agent.properties(agent.find(context.operands[0]));
    if (context.global.json) {
        std::cout << properties.dump(2) << '\n';
        return ExitCode::done;
    }
    Table table({});
    for (const auto& [key, value] : properties.items())
        if (const auto text = shown(key, value); !text.empty()) table.add({key + ":", text});
    std::cout << table.text();
    return ExitCode::done;
}

ExitCode dump_xml(Context& context) {
    auto& agent = context.agent();
    const auto xml = agent.xml(agent.find(context.operands[0]));
    std::cout << xml << (xml.ends_with('\n') ? "" : "\n");
    return ExitCode::done;
}

ExitCode show_capabilities(Context& context) {
    const auto xml = context.agent().capabilities();
    if (context.global.json)
        std::cout << Json{{"xml", xml}}.dump(2) << '\n';
    else
        std::cout << xml;
    return ExitCode::done;
}

ExitCode show_plan(Context& context) {
    const auto plan = plan_of(context);
    std::cout << (context.global.json ? plan.dump(2) + "\n" : plan::text_of(plan));
    return ExitCode::done;
}

ExitCode verify_guest(Context& context) {
    auto& agent = context.agent();
    const auto rows = agent.verify(agent.find(context.operands[0]));
    std::size_t failing = 0;
    Table table({"", "PROTECTION", "PLANNED", "FOUND"});
    for (const auto& row : rows) {
        const bool holds = row.at("holds").get<bool>();
        if (!holds) ++failing;
        table.add({holds ? "ok" : "FAIL", row.at("protection").get<std::string>(),
                   row.at("planned").get<std::string>(), row.at("found").get<std::string>()});
        const auto hint = row.value("hint", std::string());
        if (!holds && !hint.empty()) table.add({"", "  " + hint, "", ""});
    }
    if (context.global.json)
        std::cout << Json({{"guest", context.operands[0]}, {"holds", failing == 0}, {"rows", rows}})
                         .dump(2)
                  << '\n';
    else
        std::cout << table.text() << '\n'
                  << rows.size() << " protections asked of the kernel, " << rows.size() - failing
                  << " hold, " << failing << " do not\n";
    return failing == 0 && !rows.empty() ? ExitCode::done : ExitCode::failed;
}

} // namespace vmwarden::cli
