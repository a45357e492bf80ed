// SPDX-License-Identifier: LGPL-2.1-or-later
#include "src/hostpolicy/describe.h"
#include "src/hostpolicy/keys.h"
#include "src/hostpolicy/value_text.h"

namespace vmwarden {

namespace hostpolicy {

namespace {

class PolicyWriter {
  public:
    explicit PolicyWriter(bool with_origins)
      : with_origins_(with_origins) {}

    std::string write(const HostPolicy& policy) {
        for (const Key& key : keys())
            write_key(key, policy);
        // `rules: []` says it too: what an earlier file had is gone.
        out_ += policy.rules.empty() ? "rules: []\n" : "rules:\n";
        for (const Rule& rule : policy.rules)
            write_rule(rule);
        return std::move(out_);
    }

  private:
    void write_key(const Key& key, const HostPolicy& policy) {
        const auto [section, own] = split_name(key.name);
        if (!section.empty() && section != section_) out_ += std::string(section) + ":\n";
        section_ = section;
        line((section.empty() ? "" : "  ") + std::string(own) + ": " + value_text(key, policy),
             origin_of(key, policy));
    }

    void write_rule(const Rule& rule) {
        line("  - match: " + match_text(rule.match), rule.origin);
        out_ += "    set:\n";
        std::string_view section;
        for (const Change& change : rule.changes) {
            const Key* key = find_key(change.key);
            if (key == nullptr) continue;
            const auto name = split_name(change.key);
            if (!name.section.empty() && name.section != section)
                out_ += "      " + std::string(name.section) + ":\n";
            section = name.section;
            line((section.empty() ? "      " : "        ") + std::string(name.own) +
                     std::string(operator_of(change.kind)) + ": " + value_text(*key, change.values),
                 origin_of(*key, change.values));
        }
    }

    void line(const std::string& text, const Origin& origin) {
        out_ += text;
        if (with_origins_) out_ += " # " + origin.text();
        out_ += '\n';
    }

    bool with_origins_;
    std::string_view section_;
    std::string out_;
};

} // namespace

} // namespace hostpolicy

std::string policy_text(const HostPolicy& policy, bool with_origins) {
    return hostpolicy::PolicyWriter(with_origins).write(policy);
}

} // namespace vmwarden
