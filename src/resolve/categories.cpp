// SPDX-License-Identifier: LGPL-2.1-or-later
#include "src/resolve/categories.h"

#include <algorithm>
#include <charconv>
#include <string_view>

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

std::string categories_of(const std::string& context) {
    const auto base = without_categories(context);
    if (!base || base->size() == context.size() || context[base->size()] != ':') return {};
    return context.substr(base->size() + 1);
}

std::optional<CategoryPair> pair_of(const std::string& categories) {
    const auto comma = categories.find(',');
    if (comma == std::string::npos) return std::nullopt;
    const auto number = [](std::string_view text) -> std::optional<unsigned> {
        unsigned value = 0;
        if (!text.starts_with('c')) return std::nullopt;
        const auto* end = text.data() + text.size();
        const auto read = std::from_chars(text.data() + 1, end, value);
        return read.ptr == end && value < category_count && text.size() > 1 ? std::optional(value)
                                                                            : std::nullopt;
    };
    const auto one = number(std::string_view(categories).substr(0, comma));
    const auto other = number(std::string_view(categories).substr(comma + 1));
    if (!one || !other || *one == *other) return std::nullopt;
    return CategoryPair{std::min(*one, *other), std::max(*one, *other)};
}

std::string with_categories(const std::string& context, CategoryPair pair) {
    return context + ":c" + std::to_string(pair.first) + ",c" + std::to_string(pair.second);
}

} // namespace vmwarden::resolving
