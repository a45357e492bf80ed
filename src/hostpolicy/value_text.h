// SPDX-License-Identifier: LGPL-2.1-or-later
// What a policy holds, written as a file would write it: on one line, in YAML's flow style.
#pragma once

#include "src/hostpolicy/keys.h"

#include <string>
#include <string_view>

namespace vmwarden::hostpolicy {

std::string value_text(const Key& key, const HostPolicy& policy); // "[/dev/null, /dev/kvm]"
// A list's items one by one, as written, with their lines; none of a key that is no list. Of
// networks, the names.
std::vector<Setting<std::string>> items_of(const Key& key, const HostPolicy& policy);
const Origin& origin_of(const Key& key, const HostPolicy& policy);
std::string match_text(const RuleMatch& match); // "{name: web-*}"
std::string_view operator_of(ChangeKind kind);  // what stands behind the key: "", "+", "-"

} // namespace vmwarden::hostpolicy
