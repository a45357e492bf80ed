// SPDX-License-Identifier: LGPL-2.1-or-later
#include "src/hostpolicy/explain.h"

#include "src/hostpolicy/keys.h"
#include "src/hostpolicy/rules.h"
#include "src/hostpolicy/value_text.h"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

namespace vmwarden {

namespace hostpolicy {

namespace {

std::string rule_text(const Rule& rule) {
    std::string set;
    for (const Change& change : rule.changes) {
        const Key* key = find_key(change.key);
        if (key == nullptr) continue;
        set += (set.empty() ? "" : ", ") + change.key + std::string(operator_of(change.kind)) +
               ": " + value_text(*key, change.values);
    }
    return "{match: " + match_text(rule.match) + ", set: {" + set + "}}";
}

// Networks and locks are joined: no line replaces what an earlier one gave.
bool replaces(const Key& key, const Change& change) {
    return change.kind == ChangeKind::set && key.name != "lock" &&
           !std::holds_alternative<ListMember<Network>>(key.slot);
}

class Explainer {
  public:
    Explainer(const ReadPolicy& read, const Key& key, const GuestTraits* guest)
      : read_(read)
      , key_(key)
      , guest_(guest) {}

    KeyExplanation explain() {
        const auto policy = guest_ == nullptr ? *read_.policy : policy_for(*read_.policy, *guest_);
        out_.key = key_.name;
        out_.meaning = key_.meaning;
        out_.value = value_text(key_, policy);
        out_.origin = origin_of(key_, policy);
        const auto built_in = built_in_policy();
        out_.changes.push_back({ChangeKind::set, value_text(key_, built_in), {}, {}, true});
        for (const Change& change : read_.history)
            take(change, nullptr);
        for (const Rule& rule : read_.policy->rules)
            for (const Change& change : rule.changes)
                take(change, &rule);
        if (const auto* lock = lock_on(read_.policy->lock.value, key_.name))
            out_.lock = lock->origin;
        return std::move(out_);
    }

  private:
    void take(const Change& change, const Rule* rule) {
        if (change.key != key_.name) return;
        const bool counts = rule == nullptr || (guest_ != nullptr && holds(rule->match, *guest_));
        if (counts && replaces(key_, change))
            for (auto& earlier : out_.changes)
                earlier.counts = false;
        out_.changes.push_back({change.kind, value_text(key_, change.values),
                                origin_of(key_, change.values),
                                rule == nullptr ? std::string() : match_text(rule->match), counts});
    }

    const ReadPolicy& read_;
    const Key& key_;
    const GuestTraits* guest_;
    KeyExplanation out_;
};

} // namespace

} // namespace hostpolicy

std::vector<PolicyEntry> policy_entries(const HostPolicy& policy) {
    using namespace hostpolicy;
    std::vector<PolicyEntry> entries;
    for (const Key& key : keys())
        entries.push_back({std::string(key.name), value_text(key, policy), origin_of(key, policy)});
    for (std::size_t i = 0; i < policy.rules.size(); ++i)
        entries.push_back({"rules[" + std::to_string(i) + "]", rule_text(policy.rules[i]),
                           policy.rules[i].origin});
    return entries;
}

std::optional<KeyExplanation> explain_key(const ReadPolicy& read, std::string_view key,
                                          const GuestTraits* guest) {
    const auto* known = hostpolicy::find_key(key);
    if (known == nullptr) return std::nullopt;
    return hostpolicy::Explainer(read, *known, guest).explain();
}

nlohmann::ordered_json to_json(const KeyExplanation& explanation) {
    using Json = nlohmann::ordered_json;
    constexpr std::array kinds = {"set", "add", "remove"};
    Json out{{"key", explanation.key},
             {"meaning", explanation.meaning},
             {"value", explanation.value},
             {"because", explanation.origin.text()}};
    if (explanation.lock) out["lock"] = explanation.lock->text();
    out["changes"] = Json::array();
    for (const auto& change : explanation.changes)
        out["changes"].push_back({{"kind", kinds.at(static_cast<std::size_t>(change.kind))},
                                  {"value", change.value},
                                  {"because", change.origin.text()},
                                  {"match", change.match},
                                  {"counts", change.counts}});
    return out;
}

std::vector<std::string_view> policy_key_names() {
    std::vector<std::string_view> names;
    for (const auto& key : hostpolicy::keys())
        names.push_back(key.name);
    return names;
}

} // namespace vmwarden
