// SPDX-License-Identifier: LGPL-2.1-or-later
#include "src/hostpolicy/candidate.h"

#include "src/base/text.h"

#include <algorithm>

namespace vmwarden {

namespace {

constexpr std::size_t longest_name = 240; // of NAME_MAX's 255

} // namespace

bool is_policy_file_name(std::string_view name) {
    return name.ends_with(".yaml") && !name.starts_with('.') &&
           name.find('/') == std::string_view::npos && name.size() <= longest_name &&
           printable(name) == name;
}

std::string base_name(const std::string& path) {
    return path.substr(path.rfind('/') + 1);
}

std::vector<PolicyFile> with_candidate(std::vector<PolicyFile> tree, PolicyFile candidate,
                                       const std::string& name) {
    std::erase_if(tree, [&](const PolicyFile& file) { return base_name(file.name) == name; });
    const auto after = std::find_if(tree.begin(), tree.end(), [&](const PolicyFile& file) {
        return base_name(file.name) > name;
    });
    tree.insert(after, std::move(candidate));
    return tree;
}

} // namespace vmwarden
