// SPDX-License-Identifier: LGPL-2.1-or-later
#include "src/hostpolicy/keys.h"
#include "src/hostpolicy/read_policy.h"
#include "src/qemuconf/codes.h"
#include "src/qemuconf/convert.h"
#include "src/qemuconf/policy_text.h"
#include "src/qemuconf/qemu_conf.h"
#include "src/qemuconf/secrets.h"

#include <algorithm>
#include <unordered_map>

namespace vmwarden {

namespace qemuconf {

namespace {

const QemuConfOption* find_option(std::string_view name) {
    const auto options = qemu_conf_options();
    const auto found = std::find_if(options.begin(), options.end(),
                                    [&](const QemuConfOption& o) { return o.name == name; });
    return found == options.end() ? nullptr : &*found;
}

std::string suggested_option(std::string_view name) {
    std::vector<std::string_view> names;
    for (const auto& option : qemu_conf_options())
        names.push_back(option.name);
    return hostpolicy::suggestion(name, names);
}

class Importer {
  public:
    explicit Importer(Findings& report)
      : report_(report) {}

    std::vector<PolicyLine> import(const std::vector<ConfEntry>& entries) {
        for (const auto& entry : entries)
            if (!is_repeated(entry)) take(entry);
        return std::move(lines_);
    }

  private:
    bool is_repeated(const ConfEntry& entry) {
        const auto [first, is_new] = lines_by_name_.emplace(entry.name, entry.span.line);
        if (!is_new)
            report_.warning(code::given_again, entry.span, quoted(entry.name) + " is given again",
                            "libvirt takes the first, at line " + std::to_string(first->second));
        return !is_new;
    }

    void take(const ConfEntry& entry) {
        const auto* option = find_option(entry.name);
        if (option == nullptr)
            report_.warning(code::ignored, entry.span,
                            "libvirt ignored this: " + quoted(entry.name) +
                                " is no option of qemu.conf",
                            report_.full() ? std::string() : suggested_option(entry.name));
        else if (option->key.empty())
            report_.warning(code::no_key, entry.span, quoted(entry.name) + " has no key here",
                            std::string(option->note));
        else if (auto value = convert(*option, entry, report_))
            add({option->name, option->key, entry.span, entry.value.span, std::move(*value)});
    }

    // Two options may be one key here.
    void add(PolicyLine line) {
        const auto same = std::find_if(lines_.begin(), lines_.end(), [&](const PolicyLine& other) {
            return other.key == line.key;
        });
        if (same == lines_.end()) {
            lines_.push_back(std::move(line));
            return;
        }
        report_.warning(code::value_without_place, line.span,
                        quoted(line.option) + " and " + quoted(same->option) +
                            " are one key here, " + quoted(line.key),
                        "the one at line " + std::to_string(same->span.line) + " is imported");
    }

    Findings& report_;
    std::vector<PolicyLine> lines_;
    std::unordered_map<std::string, unsigned> lines_by_name_;
};

bool is_known(std::string_view key) {
    return hostpolicy::find_key(key) != nullptr;
}

void warn_of_keys_to_come(const std::vector<PolicyLine>& lines, Findings& report) {
    for (const auto& line : lines)
        if (!is_known(line.key))
            report.warning(code::key_to_come, line.span,
                           "key " + quoted(line.key) + " is not available in this version",
                           "it is written as a comment");
}

std::vector<Diagnostic> faults_of(const std::string& file, std::string policy) {
    const PolicyFile whole{file, std::move(policy)};
    const auto read = read_policy({&whole, 1});
    std::vector<Diagnostic> faults;
    for (const auto& found : read.diagnostics.list())
        if (found.severity == Severity::error) faults.push_back(found);
    return faults;
}

// What is written is read back, each key alone, so that what the policy's reader refuses is known
// by its own line.
void check_lines(const std::vector<PolicyLine>& lines, Findings& report) {
    for (const auto& line : lines)
        for (const auto& fault : faults_of(report.file(), policy_text({}, {&line, 1}, is_known)))
            report.error(code::refused, line.value_span, fault.message, fault.hint);
}

} // namespace

} // namespace qemuconf

ImportedQemuConf import_qemu_conf(const std::string& file, std::string_view text) {
    using namespace qemuconf;
    Findings report(file, max_reported, code::more);
    if (text.size() > max_qemu_conf_bytes) {
        report.error(code::too_large, {}, "larger than 1 MiB", "this is no qemu.conf");
        return {std::nullopt, report.take()};
    }
    const auto lines = Importer(report).import(read_conf(text, report));
    warn_of_keys_to_come(lines, report);
    check_lines(lines, report);
    ImportedQemuConf out{std::nullopt, without_secrets(report.take(), text)};
    if (out.report.has_errors()) return out;
    auto policy = policy_text(file, lines, is_known);
    for (const auto& fault : faults_of(file, policy))
        out.report.error({file}, "the policy of it is refused: " + fault.message, fault.hint);
    if (!out.report.has_errors()) out.policy = std::move(policy);
    return out;
}

} // namespace vmwarden
