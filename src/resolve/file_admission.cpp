// SPDX-License-Identifier: LGPL-2.1-or-later
#include "src/resolve/file_case.h"

#include <algorithm>

namespace vmwarden::resolving {

namespace {

bool lies_in(std::string_view path, std::string_view directory) {
    if (directory == "/") return true;
    return path.starts_with(directory) &&
           (path.size() == directory.size() || path[directory.size()] == '/');
}

} // namespace

const Setting<std::string>* closest_entry(const std::vector<Setting<std::string>>& list,
                                          std::string_view path) {
    const Setting<std::string>* found = nullptr;
    for (const auto& entry : list)
        if (lies_in(path, entry.value) &&
            (found == nullptr || entry.value.size() > found->value.size()))
            found = &entry;
    return found;
}

// What is opened is judged, not the name that a link gave it.
bool is_allowed(FileCase& c) {
    if (!c.wanted.is_disk) return true;
    const auto& policy = c.draft.policy;
    const auto& path = c.fact.resolved;
    std::string named = path == c.wanted.path ? path : c.wanted.path + " (" + path + ")";
    if (!c.wanted.named_by.empty())
        named += ", which the header of '" + c.wanted.named_by + "' names,";
    if (const auto* denied = closest_entry(policy.disks_deny.value, path)) {
        c.deny(denied->origin,
               named + " lies in " + denied->value + ", where the policy wants no disks",
               "move it, or take " + denied->value + " out of " +
                   policy_line("disks.deny", denied->origin));
        return false;
    }
    if (closest_entry(policy.disks_allow.value, path) != nullptr) return true;
    c.deny(policy.disks_allow.origin,
           named + " lies in no directory that the policy allows for disks",
           "move it, or add its directory to " +
               policy_line("disks.allow", policy.disks_allow.origin));
    return false;
}

} // namespace vmwarden::resolving
