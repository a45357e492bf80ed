// SPDX-License-Identifier: LGPL-2.1-or-later
#include "src/hostpolicy/changes.h"

#include "src/hostpolicy/codes.h"
#include "src/hostpolicy/value_text.h"
#include "src/hostpolicy/values.h"

#include <algorithm>
#include <set>
#include <type_traits>

namespace vmwarden::hostpolicy {

namespace {

constexpr std::string_view private_prefix = "x-"; // for other tools: not ours to judge

class ChangesReader {
  public:
    ChangesReader(Key::Scope scope, Findings& findings)
      : scope_(scope)
      , findings_(findings) {}

    void read(const std::vector<Entry>& entries, const std::string& section) {
        for (const Entry& entry : entries)
            if (!entry.key.starts_with(private_prefix)) read_entry(entry, section);
    }
    std::vector<ReadChange> take() { return std::move(changes_); }

  private:
    void read_entry(const Entry& entry, const std::string& section) {
        const auto [name, kind] = changed_key(entry.key);
        const std::string full = section.empty() ? name : section + "." + name;
        if (section.empty() && is_section(name)) return read_section(entry, name, kind);
        const Key* key = find_key(full);
        if (key == nullptr) return refuse_unknown(entry, section);
        if (scope_ == Key::Scope::guest && key->scope == Key::Scope::host)
            return findings_.error(code::not_for_a_rule, entry.span,
                                   quoted(full) + " is for the whole host",
                                   "write it at the top of the file");
        if (kind != ChangeKind::set && !is_list(*key)) return refuse_operator(entry, full);
        if (kind == ChangeKind::remove && full == "lock")
            return findings_.error(code::locked, entry.span, "a lock cannot be taken back",
                                   "remove it from the file that has it");
        ReadChange read{{full, kind, {}}, entry.span};
        if (read_value(*key, entry, read.change.values, findings_))
            changes_.push_back(std::move(read));
    }

    void read_section(const Entry& entry, const std::string& name, ChangeKind kind) {
        if (kind != ChangeKind::set) return refuse_operator(entry, name);
        if (entry.value.kind == NodeKind::mapping) return read(entry.value.entries, name);
        if (entry.value.kind == NodeKind::reported) return;
        const std::string example{names_in(name).front()};
        findings_.error(entry.value.kind == NodeKind::null ? code::null_value
                                                           : code::mapping_expected,
                        entry.value.span,
                        entry.value.kind == NodeKind::null ? "no value for '" + name + "'"
                                                           : "'" + name + "' is a mapping",
                        "write " + name + ": {" + example + ": ...}");
    }

    void refuse_operator(const Entry& entry, const std::string& name) {
        findings_.error(code::no_list_to_change, entry.span,
                        quoted(name) + " is no list to add to or to remove from",
                        "write '" + name + ":'");
    }

    void refuse_unknown(const Entry& entry, const std::string& section) {
        const auto to_come = names_to_come();
        if (section.empty() &&
            std::find(to_come.begin(), to_come.end(), entry.key) != to_come.end())
            return findings_.error(code::key_to_come, entry.span,
                                   "key " + quoted(entry.key) + " is not available in this version",
                                   "remove it");
        if (section.empty() && scope_ == Key::Scope::guest &&
            changed_key(entry.key).name == "rules")
            return findings_.error(code::not_for_a_rule, entry.span, "a rule within a rule",
                                   "write it as a rule of its own");
        std::string hint;
        const auto known = names_in(section);
        if (!findings_.full()) hint = suggestion(changed_key(entry.key).name, known);
        if (hint.empty()) hint = elsewhere(entry.key);
        if (hint.empty())
            hint = section.empty() ? "vmwarden-policy.yaml(5) has the keys there are"
                                   : "'" + section + "' has " + listed(known);
        findings_.error(code::unknown_key, entry.span,
                        "unknown key " + quoted(entry.key) +
                            (section.empty() ? "" : " in '" + section + "'"),
                        std::move(hint));
    }

    // `memory` at the top of a file is limits.memory.
    static std::string elsewhere(const std::string& word) {
        for (const Key& key : keys())
            if (key.name.ends_with("." + word)) {
                return "it stands in a section: " + std::string(split_name(key.name).section) +
                       ": {" + word + ": ...}";
            }
        return {};
    }

    static std::string listed(const std::vector<std::string_view>& names) {
        std::string out;
        for (const auto name : names)
            out += (out.empty() ? "" : ", ") + std::string(name);
        return out;
    }

    Key::Scope scope_;
    Findings& findings_;
    std::vector<ReadChange> changes_;
};

template <class Item>
const Item& identity(const Setting<Item>& item) {
    return item.value;
}
const std::string& identity(const Setting<Network>& item) {
    return item.value.name;
}

// What a list holds, for lists that are long on purpose: a file may give 20,000 items.
template <class Item>
auto identities(const std::vector<Setting<Item>>& list) {
    std::set<std::decay_t<decltype(identity(list[0]))>> all;
    for (const auto& item : list)
        all.insert(identity(item));
    return all;
}

template <class Item>
void add(Setting<std::vector<Setting<Item>>>& to, const Setting<std::vector<Setting<Item>>>& from) {
    auto known = identities(to.value);
    for (const auto& item : from.value)
        if (known.insert(identity(item)).second) to.value.push_back(item);
    to.origin = from.origin;
}

template <class Item>
void remove(Setting<std::vector<Setting<Item>>>& from,
            const Setting<std::vector<Setting<Item>>>& what) {
    const auto gone = identities(what.value);
    std::erase_if(from.value, [&](const auto& item) { return gone.count(identity(item)) != 0; });
    from.origin = what.origin;
}

void join(Setting<std::vector<Setting<Network>>>& to,
          const Setting<std::vector<Setting<Network>>>& from) {
    remove(to, from);
    add(to, from);
    std::erase_if(to.value, [](const auto& one) { return one.value.type == NetworkType::none; });
}

template <class Value>
struct IsList : std::false_type {};
template <class Item>
struct IsList<std::vector<Setting<Item>>> : std::true_type {};

template <class Value>
void apply_to(const Change& change, const Setting<Value>& from, Setting<Value>& to) {
    if constexpr (std::is_same_v<Value, std::vector<Setting<Network>>>) {
        join(to, from);
    } else if constexpr (IsList<Value>::value) {
        const bool adds = change.kind == ChangeKind::add || change.key == "lock";
        if (adds)
            add(to, from);
        else if (change.kind == ChangeKind::remove)
            remove(to, from);
        else
            to = from;
    } else {
        to = from;
    }
}

} // namespace

ChangedKey changed_key(std::string_view key) {
    const auto base = std::string(key.substr(0, key.empty() ? 0 : key.size() - 1));
    if (key.ends_with('+')) return {base, ChangeKind::add};
    if (key.ends_with('-')) return {base, ChangeKind::remove};
    return {std::string(key), ChangeKind::set};
}

std::vector<ReadChange> read_changes(const std::vector<Entry>& entries, Key::Scope scope,
                                     Findings& findings) {
    ChangesReader reader(scope, findings);
    reader.read(entries, {});
    return reader.take();
}

void apply(const Change& change, HostPolicy& policy) {
    const Key* key = find_key(change.key);
    if (key == nullptr) return;
    std::visit([&](auto member) { apply_to(change, change.values.*member, policy.*member); },
               key->slot);
}

std::vector<Setting<std::string>> missing_items(const Change& removal, const HostPolicy& policy) {
    const Key* key = find_key(removal.key);
    if (key == nullptr) return {};
    auto missing = items_of(*key, removal.values);
    const auto there = identities(items_of(*key, policy));
    std::erase_if(missing, [&](const auto& item) { return there.count(item.value) != 0; });
    return missing;
}

} // namespace vmwarden::hostpolicy
