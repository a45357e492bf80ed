// SPDX-License-Identifier: LGPL-2.1-or-later
#include "agent/cli/offline_plan.h"

#include "agent/cli/failure.h"
#include "agent/cli/input.h"
#include "agent/host/policy_tree.h"
#include "agent/host/probe.h"
#include "src/base/text.h"
#include "src/domain/domain_xml.h"
#include "src/hostpolicy/read_policy.h"
#include "src/plan/show.h"
#include "src/resolve/resolve.h"

#include <algorithm>

namespace vmwarden::cli {

namespace {

std::string text_named(const std::vector<PolicyFile>& files, const std::string& name) {
    const auto found = std::find_if(files.begin(), files.end(),
                                    [&](const PolicyFile& file) { return file.name == name; });
    return found == files.end() ? std::string() : found->text;
}

HostPolicy policy_below(const std::string& root) {
    const auto tree = host::read_policy_tree(root);
    auto read = read_policy(tree.files);
    auto problems = tree.diagnostics;
    problems.append(read.diagnostics);
    if (!problems.has_errors() && read.policy) return *read.policy;
    std::string text;
    for (const auto& problem : problems.list())
        text += render(problem, text_named(tree.files, problem.place.file)) + "\n";
    throw Failure(ExitCode::failed, text);
}

GuestDefinition definition_of(const DomainFile& file) {
    auto read = read_domain(file.name, file.xml);
    if (!read.definition) throw Failure(ExitCode::failed, render(read.diagnostics, file.xml));
    return *std::move(read.definition);
}

} // namespace

DomainFile read_domain_file(const std::string& file) {
    DomainFile out{input_name(file), read_input(file, max_domain_bytes)};
    const bool carries = out.xml.size() <= max_domain_bytes &&
                         out.xml.find('\0') == std::string::npos && !first_invalid_utf8(out.xml);
    if (carries) return out;
    const auto read = read_domain(out.name, out.xml);
    throw Failure(ExitCode::failed, render(read.diagnostics, out.xml));
}

nlohmann::ordered_json offline_plan(const std::string& file, const std::string& root) {
    const auto policy = policy_below(root);
    const auto text = read_domain_file(file);
    const auto definition = definition_of(text);
    const auto facts = host::probe(facts_needed(policy, definition));
    const auto resolution = resolve(policy, definition, facts);
    if (const auto* plan = std::get_if<LaunchPlan>(&resolution)) return plan::to_json(*plan);
    std::string refusals;
    auto code = ExitCode::failed;
    for (const auto& refusal : std::get<std::vector<Refusal>>(resolution)) {
        if (refusal.kind == Refusal::Kind::denied) code = ExitCode::refused;
        const bool in_xml = refusal.diagnostic.place.file == text.name;
        refusals += render(refusal.diagnostic, in_xml ? text.xml : "") + "\n";
    }
    throw Failure(code, refusals);
}

} // namespace vmwarden::cli
