// SPDX-License-Identifier: LGPL-2.1-or-later
// Every key a policy file can hold: what reads them, checks them and describes them uses this one
// table.
#pragma once

#include "src/hostpolicy/host_policy.h"
#include "src/hostpolicy/text_rules.h"

#include <span>
#include <string_view>
#include <variant>

namespace vmwarden::hostpolicy {

template <class Value>
using Member = Setting<Value> HostPolicy::*;
template <class Value>
using ListMember = Member<std::vector<Setting<Value>>>;

// Where a key's value goes, which says what type it must have.
using Slot = std::variant<Member<unsigned>, Member<bool>, Member<std::string>, Member<Account>,
                          Member<SecurityDriver>, Member<SecurityModel>, ListMember<std::string>,
                          ListMember<CgroupController>>;

struct Key {
    std::string_view name;
    Slot slot;
    TextRule rule;            // of a text, or of each text of a list; empty for other types
    std::string_view meaning; // one line, for people
};

std::span<const Key> keys();
const Key* find_key(std::string_view name);
// Names for suggestions.
std::span<const std::string_view> key_names();
// Names that the product promises and this version does not have.
std::span<const std::string_view> names_to_come();

} // namespace vmwarden::hostpolicy
