// SPDX-License-Identifier: LGPL-2.1-or-later
#include "src/hostpolicy/read_policy.h"

#include "src/hostpolicy/changes.h"
#include "src/hostpolicy/codes.h"
#include "src/hostpolicy/document.h"
#include "src/hostpolicy/keys.h"
#include "src/hostpolicy/rules.h"
#include "src/hostpolicy/syntax_error.h"

#include <algorithm>
#include <iterator>

namespace vmwarden {

namespace hostpolicy {

namespace {

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

constexpr std::string_view rules_key = "rules";

// One file's share of the policy. Locks that stand in the file itself bind the files after it.
class FileReader {
  public:
    FileReader(const PolicyFile& file, HostPolicy& policy, std::vector<Change>& history)
      : file_(file)
      , policy_(policy)
      , history_(history)
      , findings_(file.name)
      , locks_(policy.lock.value) {}

    Diagnostics read() {
        auto document = read_document(file_.text, findings_);
        if (!document) return findings_.take();
        check_version(*document, findings_);
        const auto rules = std::stable_partition(
            document->entries.begin(), document->entries.end(),
            [](const Entry& entry) { return changed_key(entry.key).name != rules_key; });
        std::vector<Entry> about_rules(std::make_move_iterator(rules),
                                       std::make_move_iterator(document->entries.end()));
        document->entries.erase(rules, document->entries.end());
        for (auto& read : read_changes(document->entries, Key::Scope::host, findings_))
            if (is_free(read.change.key, read.span)) make(std::move(read));
        for (const auto& entry : about_rules)
            take_rules(entry);
        return findings_.take();
    }

  private:
    void make(ReadChange read) {
        if (read.change.kind == ChangeKind::remove)
            for (const auto& item : missing_items(read.change, policy_))
                findings_.warning(code::not_listed,
                                  {item.origin.place.line, item.origin.place.column, 1},
                                  quoted(item.value) + " is not in '" + read.change.key + "'",
                                  "nothing is removed");
        apply(read.change, policy_);
        history_.push_back(std::move(read.change));
    }

    void take_rules(const Entry& entry) {
        const auto kind = changed_key(entry.key).kind;
        if (!is_free(rules_key, entry.span)) return;
        if (kind == ChangeKind::remove)
            return findings_.error(code::no_list_to_change, entry.span,
                                   "rules cannot be removed one by one",
                                   "write 'rules:' with those that shall remain");
        if (kind == ChangeKind::set) policy_.rules.clear();
        for (auto& read : read_rules(entry, findings_)) {
            for (std::size_t i = 0; i < read.spans.size(); ++i)
                is_free(read.rule.changes[i].key, read.spans[i]);
            policy_.rules.push_back(std::move(read.rule));
        }
    }

    // Whether no earlier file has locked the key or its section; reports if one has.
    bool is_free(std::string_view key, Span span) {
        const auto* lock = lock_on(locks_, key);
        if (lock == nullptr) return true;
        findings_.error(code::locked, span, quoted(key) + " is locked",
                        "by " + lock->origin.place.text() + "; change it there");
        return false;
    }

    const PolicyFile& file_;
    HostPolicy& policy_;
    std::vector<Change>& history_;
    Findings findings_;
    const std::vector<Setting<std::string>> locks_;
};

} // namespace

} // namespace hostpolicy

ReadPolicy read_policy(std::span<const PolicyFile> files) {
    ReadPolicy result;
    auto policy = built_in_policy();
    for (const auto& file : files)
        result.diagnostics.append(hostpolicy::FileReader(file, policy, result.history).read());
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
