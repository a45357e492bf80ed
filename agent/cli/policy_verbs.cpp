// SPDX-License-Identifier: LGPL-2.1-or-later
#include "agent/cli/diagnostics_json.h"
#include "agent/cli/failure.h"
#include "agent/cli/input.h"
#include "agent/cli/verbs.h"
#include "agent/host/host_answers.h"
#include "agent/host/policy_tree.h"
#include "src/hostpolicy/candidate.h"
#include "src/hostpolicy/describe.h"
#include "src/hostpolicy/host_check.h"
#include "src/hostpolicy/read_policy.h"

#include <iostream>

namespace vmwarden::cli {

namespace {

struct Checked {
    std::vector<PolicyFile> files;
    Diagnostics diagnostics;
    std::vector<HostPolicy> policies; // of all files together, or of each file

    // Of these files, which `files` has or will have.
    void read(std::span<const PolicyFile> some) {
        auto read = read_policy(some);
        diagnostics.append(std::move(read.diagnostics));
        if (read.policy) policies.push_back(*std::move(read.policy));
    }
};

Checked check_tree(const std::string& root) {
    auto tree = host::read_policy_tree(root);
    Checked out{std::move(tree.files), std::move(tree.diagnostics), {}};
    out.read(out.files);
    return out;
}

// None when it cannot be read: the diagnostics say why, and other files are checked all the same.
std::optional<std::string> text_of(const std::string& name, Diagnostics& diagnostics) {
    if (name == "-") return read_input(name, max_policy_bytes);
    return host::read_policy_file(name, diagnostics);
}

Checked check_in_tree(const std::string& candidate, const std::string& name,
                      const std::string& root) {
    if (!is_policy_file_name(name))
        throw UsageError("--as takes the name of a policy file, like 60-site.yaml");
    auto tree = host::read_policy_tree(root);
    Checked out{std::move(tree.files), std::move(tree.diagnostics), {}};
    auto text = text_of(candidate, out.diagnostics);
    if (!text) return out;
    out.files =
        with_candidate(std::move(out.files), {input_name(candidate), *std::move(text)}, name);
    out.read(out.files);
    return out;
}

// Each file alone: Ansible and Puppet hand over a temporary copy under another name.
Checked check_files(const std::vector<std::string>& names) {
    Checked out;
    for (const auto& name : names) {
        auto text = text_of(name, out.diagnostics);
        if (!text) continue;
        PolicyFile file{input_name(name), *std::move(text)};
        out.read({&file, 1});
        out.files.push_back(std::move(file));
    }
    return out;
}

void compare_with_host(Checked& checked) {
    for (const auto& policy : checked.policies)
        checked.diagnostics.append(
            check_against_host(policy, host::ask_host(questions_about(policy))));
}

std::string source_of(const Checked& checked, const std::string& name) {
    for (const auto& file : checked.files)
        if (file.name == name) return file.text;
    return {};
}

} // namespace

ExitCode check_policy(Context& context) {
    const auto root = context.options.value("root");
    if (root && !context.operands.empty() && !context.options.value("as"))
        throw UsageError("policy check takes files or --root=DIR, not both");
    const auto as = context.options.value("as");
    if (as && context.operands.size() != 1)
        throw UsageError("policy check --as=NAME takes one file");
    auto checked = as ? check_in_tree(context.operands[0], *as, root.value_or("/"))
                   : context.operands.empty() ? check_tree(root.value_or("/"))
                                              : check_files(context.operands);
    if (context.options.has("host")) compare_with_host(checked);
    const bool bad = checked.diagnostics.has_errors() ||
                     (context.options.has("strict") && !checked.diagnostics.empty());
    if (context.global.json) {
        std::cout << json_text(diagnostics_json(checked.diagnostics)) << '\n';
    } else {
        for (const auto& found : checked.diagnostics.list())
            std::cerr << render(found, source_of(checked, found.place.file)) << '\n';
        if (!bad)
            for (const auto& file : checked.files)
                std::cout << file.name << ": parsed OK\n";
        if (!bad && checked.files.empty())
            std::cout << "no policy files: the built-in policy holds\n";
    }
    return bad ? ExitCode::failed : ExitCode::done;
}

ExitCode show_schema(Context&) {
    std::cout << policy_json_schema();
    return ExitCode::done;
}

ExitCode reload_policy(Context& context) {
    context.agent().reload_policy();
    return ExitCode::done;
}

} // namespace vmwarden::cli
