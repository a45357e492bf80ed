// SPDX-License-Identifier: LGPL-2.1-or-later
#include "src/resolve/categories.h"

#include <algorithm>

namespace vmwarden::resolving {

CategoryPair category_pair(std::uint64_t index) {
    unsigned low = 0;
    for (std::uint64_t row = category_count - 1; index >= row; --row) {
        index -= row;
        ++low;
    }
    return {low, low + 1 + static_cast<unsigned>(index)};
}

std::optional<CategoryPair> free_category_pair(const std::set<CategoryPair>& in_use,
                                               std::uint64_t seed) {
    auto pair = category_pair(seed % pair_count);
    for (std::uint64_t tried = 0; tried < pair_count; ++tried) {
        if (!in_use.contains(pair)) return pair;
        if (++pair.second == category_count) {
            pair.first = (pair.first + 1) % (category_count - 1);
            pair.second = pair.first + 1;
        }
    }
    return std::nullopt;
}

std::optional<std::string> without_categories(const std::string& context) {
    std::size_t level = 0; // where the level begins: behind the third colon
    for (int field = 0; field < 3; ++field) {
        const auto colon = context.find(':', level);
        if (colon == std::string::npos || colon == level) return std::nullopt;
        level = colon + 1;
    }
    const auto end = context.find_first_of(":-", level);
    if (level == context.size() || end == level) return std::nullopt;
    return context.substr(0, end);
}

std::string with_categories(const std::string& context, CategoryPair pair) {
    return context + ":c" + std::to_string(pair.first) + ",c" + std::to_string(pair.second);
}

} // namespace vmwarden::resolving
