// SPDX-License-Identifier: LGPL-2.1-or-later
// A file that is not in the policy tree yet, and the tree as it will be with it: files are ordered
// by their base names, and one name stands in the tree once.
#pragma once

#include "src/hostpolicy/read_policy.h"

#include <string>
#include <string_view>
#include <vector>

namespace vmwarden {

// Where the administrator's files lie, and a candidate is to lie.
constexpr std::string_view own_policy_directory = "/etc/vmwarden/policy.d";

// "60-site.yaml": ends in .yaml, not hidden, no path, nothing that a terminal would not show, and
// short enough for the hidden copy that replaces it.
bool is_policy_file_name(std::string_view name);

std::string base_name(const std::string& path);

// The tree as it will be once `candidate` lies under `name` in the administrator's directory, where
// it stands in for every file of that name. `candidate.name` is what diagnostics will call it.
std::vector<PolicyFile> with_candidate(std::vector<PolicyFile> tree, PolicyFile candidate,
                                       const std::string& name);

} // namespace vmwarden
