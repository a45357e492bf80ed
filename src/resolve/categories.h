// SPDX-License-Identifier: LGPL-2.1-or-later
// MCS category pairs: what keeps one guest's label apart from every other's.
#pragma once

#include "src/hostfacts/host_facts.h"

#include <optional>
#include <string>

namespace vmwarden::resolving {

constexpr unsigned category_count = 1024; // c0 to c1023, as in the reference policy
constexpr std::uint64_t pair_count = std::uint64_t{category_count} * (category_count - 1) / 2;

// The index-th pair, counted (0,1), (0,2), … (1022,1023).
CategoryPair category_pair(std::uint64_t index);

// A pair that is not in use; `seed` says where the search starts. None when all are taken.
std::optional<CategoryPair> free_category_pair(const std::set<CategoryPair>& in_use,
                                               std::uint64_t seed);

// "user:role:type:s0", the categories that the context carried left out; none when it is no context
// with a level.
std::optional<std::string> without_categories(const std::string& context);
// What stands behind the level: "c1,c2"; empty: nothing.
std::string categories_of(const std::string& context);
// "c1,c2" as two different ones, the smaller first; none for any other set.
std::optional<CategoryPair> pair_of(const std::string& categories);
std::string with_categories(const std::string& context, CategoryPair pair);

} // namespace vmwarden::resolving
