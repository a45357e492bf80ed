// SPDX-License-Identifier: LGPL-2.1-or-later
// `policy set`, `unset` and `get`: one key of one file, for people and for config-management tools.
#include "agent/cli/verbs.h"
#include "agent/host/policy_file.h"
#include "agent/host/policy_tree.h"
#include "src/base/text.h"
#include "src/hostpolicy/candidate.h"
#include "src/hostpolicy/edit.h"

#include <algorithm>
#include <functional>
#include <iostream>
#include <nlohmann/json.hpp>

namespace vmwarden::cli {

namespace {

using hostpolicy::EditedPolicy;
using Json = nlohmann::ordered_json;

constexpr std::string_view default_file = "60-site.yaml";

std::string root_of(const Context& context) {
    return context.options.value("root").value_or("/");
}

std::string file_name(const Context& context) {
    auto name = context.options.value("file").value_or(std::string(default_file));
    if (name.find('/') != std::string::npos)
        throw UsageError("--file=" + name +
                         ": write the name alone, such as --file=" + std::string(default_file));
    if (!is_policy_file_name(name))
        throw UsageError("--file=" + printable(name) +
                         ": policy files have names such as 60-site.yaml");
    return name;
}

[[noreturn]] void refuse(const Diagnostics& diagnostics, std::span<const PolicyFile> files) {
    throw Failure(ExitCode::failed, render(diagnostics, files));
}

host::EditablePolicyFile find_file(const Context& context) {
    Diagnostics diagnostics;
    auto file = host::EditablePolicyFile::find(root_of(context), file_name(context), diagnostics);
    if (!file) refuse(diagnostics, {});
    return *std::move(file);
}

// An edit of one file, judged alone and together with all others.
class TreeEdit {
  public:
    using EditText = std::function<EditedPolicy(const PolicyFile&)>;

    TreeEdit(std::string root, const host::EditablePolicyFile& file, EditText edit)
      : root_(std::move(root))
      , file_(file)
      , edit_(std::move(edit)) {}

    // Whether bytes changed. Throws Failure.
    bool run() {
        Diagnostics problems;
        const auto now = file_.read(problems);
        if (!now) refuse(problems, {});
        // Looked at first, because only a change may touch the directory: whoever watches it would
        // reload.
        if (!edited(*now)) return false;
        const bool changed =
            file_.replace([this](const std::string& text) { return edited(text); }, problems);
        if (problems.has_errors()) refuse(problems, {});
        return changed;
    }

    [[nodiscard]] const std::string& warnings() const { return warnings_; }

  private:
    std::optional<std::string> edited(const std::string& now) {
        const auto made = edit_({file_.path(), now});
        if (made.diagnostics.has_errors()) refuse(made.diagnostics, {&made.file, 1});
        if (made.file.text == now) return std::nullopt;
        check_tree(made.file);
        warnings_ = render(made.diagnostics, {&made.file, 1});
        return made.file.text;
    }

    void check_tree(const PolicyFile& candidate) const {
        auto files = host::read_policy_tree(root_).files;
        const auto before = read_policy(files).diagnostics;
        put(files, candidate);
        const auto after = read_policy(files).diagnostics;
        Diagnostics introduced;
        for (const auto& found : after.list())
            if (found.severity == Severity::error && !has(before, found)) introduced.add(found);
        if (!introduced.empty()) refuse(introduced, files);
    }

    // A line may have moved; the same fault in the same file is not new.
    static bool has(const Diagnostics& before, const Diagnostic& wanted) {
        const auto& list = before.list();
        return std::any_of(list.begin(), list.end(), [&](const Diagnostic& one) {
            return one.code == wanted.code && one.place.file == wanted.place.file &&
                   one.message == wanted.message;
        });
    }

    void put(std::vector<PolicyFile>& files, const PolicyFile& candidate) const {
        bool found = false;
        for (auto& file : files)
            if (file.name == file_.path() || file.name == file_.target()) {
                file.text = candidate.text;
                found = true;
            }
        if (found) return;
        const auto name = base_name(candidate.name);
        for (const auto& file : files)
            if (base_name(file.name) == name) refuse_to_hide(file);
        files = with_candidate(std::move(files), candidate, name);
    }

    void refuse_to_hide(const PolicyFile& hidden) const {
        Diagnostics out;
        out.error({file_.path()}, "would hide all of " + hidden.name,
                  "choose another name, or copy that file here first");
        refuse(out, {});
    }

    std::string root_;
    const host::EditablePolicyFile& file_;
    EditText edit_;
    std::string warnings_;
};

ExitCode edit(const Context& context, TreeEdit::EditText edit_text) {
    const auto file = find_file(context);
    TreeEdit tree_edit(root_of(context), file, std::move(edit_text));
    const bool changed = tree_edit.run();
    std::cerr << tree_edit.warnings();
    if (context.global.json)
        std::cout << Json{{"file", file.path()}, {"changed", changed}}.dump(2) << '\n';
    else
        std::cout << file.path() << (changed ? ": changed\n" : ": no difference\n");
    return ExitCode::done;
}

hostpolicy::FoundKey get_from_file(const Context& context, const std::string& path) {
    const auto file = find_file(context);
    Diagnostics problems;
    const auto text = file.read(problems);
    if (!text) refuse(problems, {});
    const PolicyFile read{file.path(), *text};
    auto found = hostpolicy::get_key(read, path);
    if (found.diagnostics.has_errors()) refuse(found.diagnostics, {&read, 1});
    return found;
}

// What a tree with errors comes to is nothing that holds anywhere.
hostpolicy::FoundKey get_from_tree(const Context& context, const std::string& path) {
    const auto tree = host::read_policy_tree(root_of(context));
    auto problems = tree.diagnostics;
    problems.append(read_policy(tree.files).diagnostics);
    if (problems.has_errors()) refuse(problems, tree.files);
    auto found = hostpolicy::get_key(tree.files, path);
    if (found.diagnostics.has_errors()) refuse(found.diagnostics, tree.files);
    return found;
}

} // namespace

ExitCode set_policy(Context& context) {
    return edit(context, [&](const PolicyFile& file) {
        return hostpolicy::set_key(file, context.operands[0], context.operands[1]);
    });
}

ExitCode unset_policy(Context& context) {
    return edit(context, [&](const PolicyFile& file) {
        return hostpolicy::unset_key(file, context.operands[0]);
    });
}

ExitCode get_policy(Context& context) {
    const auto& path = context.operands[0];
    const bool one_file = context.options.has("file");
    const auto found = one_file ? get_from_file(context, path) : get_from_tree(context, path);
    if (!found.value)
        throw Failure(ExitCode::failed, "'" + printable(path) + "' is not set in " +
                                            (one_file ? file_name(context) : "any policy file"));
    const auto& [is_list, texts] = *found.value;
    if (context.global.json) {
        const auto value = is_list ? Json(texts) : Json(texts.front());
        std::cout << value.dump(2, ' ', false, Json::error_handler_t::replace) << '\n';
        return ExitCode::done;
    }
    for (const auto& text : texts)
        std::cout << printable(text) << '\n';
    return ExitCode::done;
}

} // namespace vmwarden::cli
