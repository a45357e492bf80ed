// SPDX-License-Identifier: LGPL-2.1-or-later
// Every key a policy file can hold: what reads them, checks them and describes them uses this one
// table.
#pragma once

#include "src/hostpolicy/host_policy.h"
#include "src/hostpolicy/text_rules.h"

#include <span>
#include <string_view>
#include <variant>
#include <vector>

namespace vmwarden::hostpolicy {

template <class Value>
using Member = Setting<Value> HostPolicy::*;
template <class Value>
using ListMember = Member<std::vector<Setting<Value>>>;

// Where a key's value goes, which says what type it must have.
using Slot =
    std::variant<Member<unsigned>, Member<bool>, Member<std::string>, Member<Bytes>,
                 Member<Account>, Member<SecurityDriver>, Member<SecurityModel>, Member<Permission>,
                 Member<UnlabelledFilesystems>, ListMember<std::string>,
                 ListMember<CgroupController>, ListMember<Permit>, ListMember<Network>>;

struct Key {
    enum class Scope { host, guest }; // a rule may set those of a guest

    std::string_view name; // "user"; of a section "limits.memory", written limits: {memory: ...}
    Slot slot;
    Scope scope = Scope::guest;
    TextRule rule;            // of a text, or of each text of a list; empty for other types
    std::string_view meaning; // for people, in one sentence without its full stop
};

std::span<const Key> keys();
const Key* find_key(std::string_view name);
bool is_section(std::string_view name); // "limits"

// "limits.memory" is memory in limits; "user" is user in no section.
struct KeyName {
    std::string_view section;
    std::string_view own;
};
KeyName split_name(std::string_view name);

// The lock that binds a key, be it the key's own or its section's; null: none does.
const Setting<std::string>* lock_on(std::span<const Setting<std::string>> locks,
                                    std::string_view key);

// Names for suggestions: what may stand at the top of a file, or in a section.
std::vector<std::string_view> names_in(std::string_view section);
bool is_list(const Key& key);
// Names that the product promises and this version does not have.
std::span<const std::string_view> names_to_come();

} // namespace vmwarden::hostpolicy
