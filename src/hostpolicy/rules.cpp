// SPDX-License-Identifier: LGPL-2.1-or-later
#include "src/hostpolicy/rules.h"

#include "src/base/text.h"
#include "src/hostpolicy/changes.h"
#include "src/hostpolicy/codes.h"
#include "src/hostpolicy/values.h"

#include <array>
#include <utility>

namespace vmwarden {

namespace hostpolicy {

namespace {

constexpr std::array<std::string_view, 2> parts = {"match", "set"};
constexpr std::array<std::string_view, 4> criteria = {"name", "uuid", "memory", "emulator"};
constexpr std::string_view example = "write - {match: {name: \"web-*\"}, set: {user: web}}";

std::optional<TextFault> name_glob_fault(std::string_view text) {
    if (text.empty() || printable(text) != text || text.find('/') != std::string_view::npos)
        return TextFault{"is not a pattern for guest names", "write one like \"web-*\""};
    return std::nullopt;
}

std::optional<MemoryMatch> parse_memory(std::string_view text) {
    using Comparison = MemoryMatch::Comparison;
    constexpr std::array<std::pair<std::string_view, Comparison>, 4> signs = {
        {{"<=", Comparison::at_most},
         {">=", Comparison::at_least},
         {"<", Comparison::below},
         {">", Comparison::above}}};
    MemoryMatch match;
    for (const auto& [sign, comparison] : signs) {
        if (!text.starts_with(sign)) continue;
        match.comparison = comparison;
        text.remove_prefix(sign.size());
        break;
    }
    if (text.starts_with(' ')) text.remove_prefix(1);
    const auto size = parse_size(text);
    if (!size || text.back() < 'A') return std::nullopt; // a number alone has no unit
    match.size = *size;
    return match;
}

std::optional<TextFault> memory_match_fault(std::string_view text) {
    if (parse_memory(text)) return std::nullopt;
    return TextFault{"is not a size to compare with", "write one like \">=8G\", in quotes"};
}

std::optional<TextFault> uuid_fault(std::string_view text) {
    if (Uuid::parse(text)) return std::nullopt;
    return TextFault{"is not a UUID", "write 32 hexadecimal digits, 8-4-4-4-12"};
}

class RuleReader {
  public:
    explicit RuleReader(Findings& findings)
      : findings_(findings) {}

    std::optional<ReadRule> read(const Node& node) {
        if (node.kind != NodeKind::mapping) {
            if (node.kind != NodeKind::reported)
                findings_.error(code::mapping_expected, node.span, "a rule is a mapping",
                                std::string(example));
            return std::nullopt;
        }
        rule_ = {};
        rule_.rule.origin = {Origin::Kind::policy,
                             {findings_.file(), node.span.line, node.span.column}};
        bool sets = false;
        for (const Entry& entry : node.entries) {
            if (entry.key == "match")
                read_match(entry);
            else if (entry.key == "set")
                sets = true, read_set(entry);
            else
                refuse_word(entry, parts, "of a rule");
        }
        if (!sets)
            findings_.error(code::empty_rule, node.span, "the rule sets nothing",
                            std::string(example));
        return std::move(rule_);
    }

  private:
    void read_set(const Entry& entry) {
        if (entry.value.kind != NodeKind::mapping) return refuse_non_mapping(entry);
        for (ReadChange& read : read_changes(entry.value.entries, Key::Scope::guest, findings_)) {
            rule_.rule.changes.push_back(std::move(read.change));
            rule_.spans.push_back(read.span);
        }
    }

    void read_match(const Entry& entry) {
        if (entry.value.kind != NodeKind::mapping) return refuse_non_mapping(entry);
        auto& match = rule_.rule.match;
        for (const Entry& one : entry.value.entries) {
            if (one.key == "name")
                match.name = text(one, name_glob_fault);
            else if (one.key == "emulator")
                match.emulator = text(one, emulator_glob_fault);
            else if (one.key == "uuid") {
                if (const auto uuid = text(one, uuid_fault)) match.uuid = Uuid::parse(*uuid);
            } else if (one.key == "memory") {
                if (const auto size = text(one, memory_match_fault))
                    match.memory = parse_memory(*size);
            } else
                refuse_word(one, criteria, "to match");
        }
    }

    std::optional<std::string> text(const Entry& entry,
                                    std::optional<TextFault> (*fault)(std::string_view)) {
        return read_scalar<std::string>(entry.key, entry.value, {code::match, fault}, findings_);
    }

    void refuse_word(const Entry& entry, std::span<const std::string_view> known,
                     const std::string& where) {
        if (entry.key.starts_with("x-")) return;
        std::string hint = suggestion(entry.key, known);
        if (hint.empty()) {
            hint = "there are";
            for (const auto one : known)
                hint += (one == known.front() ? " " : ", ") + std::string(one);
        }
        findings_.error(code::unknown_key, entry.span,
                        "unknown key " + quoted(entry.key) + " " + where, std::move(hint));
    }

    void refuse_non_mapping(const Entry& entry) {
        if (entry.value.kind == NodeKind::reported) return;
        findings_.error(code::mapping_expected, entry.value.span,
                        "'" + entry.key + "' is a mapping", std::string(example));
    }

    Findings& findings_;
    ReadRule rule_;
};

bool holds(const MemoryMatch& match, Bytes memory) {
    using Comparison = MemoryMatch::Comparison;
    switch (match.comparison) {
    case Comparison::equal:
        return memory == match.size;
    case Comparison::below:
        return memory < match.size;
    case Comparison::at_most:
        return memory <= match.size;
    case Comparison::above:
        return memory > match.size;
    case Comparison::at_least:
        return memory >= match.size;
    }
    return false;
}

} // namespace

bool holds(const RuleMatch& match, const GuestTraits& guest) {
    if (match.name && !glob_matches(*match.name, guest.name)) return false;
    if (match.uuid && match.uuid != guest.uuid) return false;
    if (match.memory && !holds(*match.memory, guest.memory)) return false;
    return !match.emulator || glob_matches(*match.emulator, guest.emulator);
}

std::vector<ReadRule> read_rules(const Entry& entry, Findings& findings) {
    std::vector<ReadRule> rules;
    const Node& node = entry.value;
    if (node.kind == NodeKind::reported) return rules;
    if (node.kind != NodeKind::list) {
        findings.error(node.kind == NodeKind::null ? code::null_value : code::list_expected,
                       node.span,
                       node.kind == NodeKind::null ? "no value for 'rules'" : "'rules' is a list",
                       std::string(example));
        return rules;
    }
    RuleReader reader(findings);
    for (const Node& item : node.items)
        if (auto rule = reader.read(item)) rules.push_back(std::move(*rule));
    return rules;
}

} // namespace hostpolicy

bool Rule::operator==(const Rule& other) const {
    return match == other.match && changes == other.changes && origin == other.origin;
}

HostPolicy policy_for(const HostPolicy& policy, const GuestTraits& guest) {
    HostPolicy own = policy;
    for (const Rule& rule : policy.rules)
        if (hostpolicy::holds(rule.match, guest))
            for (const Change& change : rule.changes)
                hostpolicy::apply(change, own);
    return own;
}

} // namespace vmwarden
