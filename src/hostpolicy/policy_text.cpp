// SPDX-License-Identifier: LGPL-2.1-or-later
#include "src/hostpolicy/describe.h"
#include "src/hostpolicy/keys.h"
#include "src/hostpolicy/words.h"
#include "src/hostpolicy/write_text.h"

#include <type_traits>

namespace vmwarden {

namespace hostpolicy {

namespace {

std::string text_in_flow(std::string_view text) {
    return written(text, Quotes::around_typed, true);
}

std::string flow(unsigned value) {
    return std::to_string(value);
}
std::string flow(bool value) {
    return value ? "true" : "false";
}
std::string flow(Bytes value) {
    return size_text(value);
}
std::string flow(const std::string& value) {
    return text_in_flow(value);
}
std::string flow(const Account& value) {
    const auto text = account_text(value);
    return std::holds_alternative<AccountId>(value) ? "\"" + text + "\"" : text_in_flow(text);
}
template <class Enum>
requires std::is_enum_v<Enum> std::string flow(Enum value) {
    return std::string(text_of(value));
}
std::string flow(const Network& value) {
    return written_key(value.name) + ": {type: " + std::string(to_text(value.type)) + "}";
}
template <class Item>
std::string flow(const std::vector<Setting<Item>>& list) {
    constexpr bool is_mapping = std::is_same_v<Item, Network>;
    std::string out;
    for (const auto& item : list)
        out += (out.empty() ? "" : ", ") + flow(item.value);
    return (is_mapping ? "{" : "[") + out + (is_mapping ? "}" : "]");
}

std::string value_of(const Key& key, const HostPolicy& policy) {
    return std::visit([&](auto member) { return flow((policy.*member).value); }, key.slot);
}

const Origin& origin_of(const Key& key, const HostPolicy& policy) {
    return std::visit([&](auto member) -> const Origin& { return (policy.*member).origin; },
                      key.slot);
}

std::string_view section_of(const Key& key) {
    const auto dot = key.name.find('.');
    return dot == std::string_view::npos ? std::string_view() : key.name.substr(0, dot);
}

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
        const auto section = section_of(key);
        if (!section.empty() && section != section_) out_ += std::string(section) + ":\n";
        section_ = section;
        const auto name = section.empty() ? key.name : key.name.substr(section.size() + 1);
        line((section.empty() ? "" : "  ") + std::string(name) + ": " + value_of(key, policy),
             origin_of(key, policy));
    }

    void write_rule(const Rule& rule) {
        line("  - match: {" + match_text(rule.match) + "}", rule.origin);
        out_ += "    set:\n";
        std::string_view section;
        for (const Change& change : rule.changes) {
            const Key* key = find_key(change.key);
            if (key == nullptr) continue;
            const auto own = section_of(*key);
            if (!own.empty() && own != section) out_ += "      " + std::string(own) + ":\n";
            section = own;
            line((own.empty() ? "      " : "        ") + changed_name(change, own) + ": " +
                     value_of(*key, change.values),
                 origin_of(*key, change.values));
        }
    }

    static std::string changed_name(const Change& change, std::string_view section) {
        const auto name = section.empty() ? change.key : change.key.substr(section.size() + 1);
        return name + (change.kind == ChangeKind::add      ? "+"
                       : change.kind == ChangeKind::remove ? "-"
                                                           : "");
    }

    static std::string match_text(const RuleMatch& match) {
        std::string out;
        const auto add = [&](const char* name, const std::string& value) {
            out += (out.empty() ? "" : ", ") + std::string(name) + ": " + text_in_flow(value);
        };
        if (match.name) add("name", *match.name);
        if (match.uuid) add("uuid", match.uuid->text());
        if (match.memory) add("memory", memory_text(*match.memory));
        if (match.emulator) add("emulator", *match.emulator);
        return out;
    }

    static std::string memory_text(const MemoryMatch& match) {
        using Comparison = MemoryMatch::Comparison;
        const char* sign = match.comparison == Comparison::below      ? "<"
                           : match.comparison == Comparison::at_most  ? "<="
                           : match.comparison == Comparison::above    ? ">"
                           : match.comparison == Comparison::at_least ? ">="
                                                                      : "";
        return sign + size_text(match.size);
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
