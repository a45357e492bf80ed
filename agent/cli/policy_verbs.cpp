// SPDX-License-Identifier: LGPL-2.1-or-later
#include "agent/cli/diagnostics_json.h"
#include "agent/cli/input.h"
#include "agent/cli/verbs.h"
#include "agent/host/policy_tree.h"
#include "src/hostpolicy/read_policy.h"

#include <iostream>

namespace vmwarden::cli {

namespace {

struct Checked {
    std::vector<PolicyFile> files;
    Diagnostics diagnostics;
};

Checked check_tree(const std::string& root) {
    auto tree = host::read_policy_tree(root);
    Checked out{std::move(tree.files), std::move(tree.diagnostics)};
    out.diagnostics.append(read_policy(out.files).diagnostics);
    return out;
}

// Each file alone: Ansible and Puppet hand over a temporary copy under another name.
Checked check_files(const std::vector<std::string>& names) {
    Checked out;
    for (const auto& name : names) {
        PolicyFile file{input_name(name), read_input(name, max_policy_bytes)};
        out.diagnostics.append(read_policy({&file, 1}).diagnostics);
        out.files.push_back(std::move(file));
    }
    return out;
}

std::string source_of(const Checked& checked, const std::string& name) {
    for (const auto& file : checked.files)
        if (file.name == name) return file.text;
    return {};
}

} // namespace

ExitCode check_policy(Context& context) {
    const auto root = context.options.value("root");
    if (root && !context.operands.empty())
        throw UsageError("policy check takes files or --root=DIR, not both");
    const auto checked =
        context.operands.empty() ? check_tree(root.value_or("/")) : check_files(context.operands);
    const bool bad = checked.diagnostics.has_errors();
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

ExitCode reload_policy(Context& context) {
    context.agent().reload_policy();
    return ExitCode::done;
}

} // namespace vmwarden::cli
