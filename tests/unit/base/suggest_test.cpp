// SPDX-License-Identifier: LGPL-2.1-or-later
#include "src/base/suggest.h"

#include <array>
#include <gtest/gtest.h>

namespace vmwarden {
namespace {

constexpr std::array<std::string_view, 4> keys{"user", "group", "security_driver", "slice"};

TEST(Suggest, FindsSwappedNeighbours) {
    EXPECT_EQ(nearest_word("secuirty_driver", keys), "security_driver");
    EXPECT_EQ(nearest_word("usre", keys), "user");
}

TEST(Suggest, FindsInsertedMissingAndWrongLetters) {
    EXPECT_EQ(nearest_word("grooup", keys), "group");
    EXPECT_EQ(nearest_word("slce", keys), "slice");
    EXPECT_EQ(nearest_word("slide", keys), "slice");
}

TEST(Suggest, SaysNothingWhereNothingIsNear) {
    EXPECT_EQ(nearest_word("memory", keys), std::nullopt);
    EXPECT_EQ(nearest_word("", keys), std::nullopt);
    EXPECT_EQ(nearest_word(std::string(5000, 'u'), keys), std::nullopt);
    EXPECT_EQ(did_you_mean("zzz", keys), "");
}

TEST(Suggest, WritesTheQuestion) {
    EXPECT_EQ(did_you_mean("usr", keys), "did you mean 'user'?");
}

} // namespace
} // namespace vmwarden
