// SPDX-License-Identifier: LGPL-2.1-or-later
#include "src/resolve/categories.h"

#include <gtest/gtest.h>

namespace vmwarden::resolving {
namespace {

TEST(CategoryPairs, AreNumberedFromFirstToLast) {
    EXPECT_EQ(pair_count, 523'776U);
    EXPECT_EQ(category_pair(0), (CategoryPair{0, 1}));
    EXPECT_EQ(category_pair(1022), (CategoryPair{0, 1023}));
    EXPECT_EQ(category_pair(1023), (CategoryPair{1, 2}));
    EXPECT_EQ(category_pair(pair_count - 1), (CategoryPair{1022, 1023}));
}

TEST(CategoryPairs, StartWhereTheSeedSays) {
    EXPECT_EQ(free_category_pair({}, 1023), (CategoryPair{1, 2}));
    EXPECT_EQ(free_category_pair({}, pair_count + 5), (CategoryPair{0, 6}));
}

TEST(CategoryPairs, PassOverThoseInUseAndGoRound) {
    EXPECT_EQ(free_category_pair({{0, 1}, {0, 2}}, 0), (CategoryPair{0, 3}));
    EXPECT_EQ(free_category_pair({{0, 1023}}, 1022), (CategoryPair{1, 2}));
    EXPECT_EQ(free_category_pair({{1022, 1023}}, pair_count - 1), (CategoryPair{0, 1}));
}

TEST(CategoryPairs, TheLastFreeOneIsFoundFromAnywhere) {
    std::set<CategoryPair> in_use;
    for (std::uint64_t i = 0; i < pair_count; ++i)
        if (i != 4711) in_use.insert(in_use.end(), category_pair(i));
    for (const std::uint64_t seed : {std::uint64_t{0}, std::uint64_t{4712}, pair_count - 1})
        EXPECT_EQ(free_category_pair(in_use, seed), category_pair(4711)) << seed;
    in_use.insert(category_pair(4711));
    EXPECT_EQ(free_category_pair(in_use, 0), std::nullopt);
}

TEST(Contexts, LoseTheirCategories) {
    EXPECT_EQ(without_categories("u:r:t:s0"), "u:r:t:s0");
    EXPECT_EQ(without_categories("u:r:t:s0:c1,c2"), "u:r:t:s0");
    EXPECT_EQ(without_categories("u:r:t:s0-s0:c0.c1023"), "u:r:t:s0");
    EXPECT_EQ(with_categories("u:r:t:s0", {3, 44}), "u:r:t:s0:c3,c44");
}

TEST(Contexts, MustHaveALevel) {
    for (const char* context :
         {"", "nonsense", "u:r:t", "u:r:t:", "u::t:s0", ":r:t:s0", "u:r:t::c1"})
        EXPECT_EQ(without_categories(context), std::nullopt) << context;
}

} // namespace
} // namespace vmwarden::resolving
