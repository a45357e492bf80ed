// SPDX-License-Identifier: LGPL-2.1-or-later
#include "src/hostpolicy/read_policy.h"

#include "src/hostpolicy/codes.h"
#include "src/hostpolicy/document.h"
#include "src/hostpolicy/keys.h"
#include "src/hostpolicy/syntax_error.h"
#include "src/hostpolicy/values.h"

#include <algorithm>

namespace vmwarden {

namespace hostpolicy {

namespace {

constexpr std::string_view private_prefix = "x-"; // for other tools: not ours to judge

bool is_to_come(std::string_view name) {
    const auto names = names_to_come();
    return std::find(names.begin(), names.end(), name) != names.end();
}

void refuse_key(const Entry& entry, Findings& findings) {
    if (is_to_come(entry.key)) {
        findings.error(code::key_to_come, entry.span,
                       "key " + quoted(entry.key) + " is not available in this version",
                       "remove it");
        return;
    }
    std::string hint;
    if (!findings.full()) hint = suggestion(entry.key, key_names());
    if (hint.empty()) hint = "the keys there are stand in the vendor's 10-vendor.yaml";
    findings.error(code::unknown_key, entry.span, "unknown key " + quoted(entry.key),
                   std::move(hint));
}

bool lost_entry(const Document& document, std::string_view key) {
    return std::any_of(document.lost.begin(), document.lost.end(),
                       [&](const std::string& line) { return line.starts_with(key); });
}

void check_version(const Document& document, Findings& findings) {
    const auto entry = std::find_if(document.entries.begin(), document.entries.end(),
                                    [](const Entry& e) { return e.key == "version"; });
    if (entry == document.entries.end()) {
        if (!lost_entry(document, "version"))
            findings.error(code::version_missing, {1, 1, 1}, "no version is given",
                           "begin the file with 'version: 1'");
        return;
    }
    // Anything that is no number is the key's own business.
    const auto version = parse_number(entry->value.text);
    if (!version || *version == policy_version) return;
    findings.error(code::version_unknown, entry->value.span,
                   "policy version " + quoted(entry->value.text) + " is not known",
                   "this program reads version " + std::to_string(policy_version));
}

Diagnostics read_file(const PolicyFile& file, HostPolicy& policy) {
    Findings findings(file.name);
    const auto document = read_document(file.text, findings);
    if (!document) return findings.take();
    check_version(*document, findings);
    for (const auto& entry : document->entries) {
        if (const auto* key = find_key(entry.key))
            read_value(*key, entry, policy, findings);
        else if (!entry.key.starts_with(private_prefix))
            refuse_key(entry, findings);
    }
    return findings.take();
}

} // namespace

} // namespace hostpolicy

ReadPolicy read_policy(std::span<const PolicyFile> files) {
    ReadPolicy result;
    auto policy = built_in_policy();
    for (const auto& file : files)
        result.diagnostics.append(hostpolicy::read_file(file, policy));
    if (!result.diagnostics.has_errors()) result.policy = std::move(policy);
    return result;
}

std::string render(const Diagnostics& diagnostics, std::span<const PolicyFile> files) {
    std::string out;
    for (const auto& diagnostic : diagnostics.list()) {
        const auto file = std::find_if(files.begin(), files.end(), [&](const PolicyFile& f) {
            return f.name == diagnostic.place.file;
        });
        out += render(diagnostic, file == files.end() ? std::string_view() : file->text) + "\n";
    }
    return out;
}

} // namespace vmwarden
