// SPDX-License-Identifier: LGPL-2.1-or-later
#include "src/base/number_set.h"

#include <gtest/gtest.h>

namespace vmwarden {
namespace {

std::string shortest(std::string_view text) {
    const auto set = NumberSet::parse(text);
    return set ? set->text() : "none";
}

TEST(NumberSet, is_written_in_its_shortest_form) {
    EXPECT_EQ(shortest("5,0-1,3,2"), "0-3,5");
    EXPECT_EQ(shortest("0-7,^2,^4-5"), "0-1,3,6-7");
    EXPECT_EQ(shortest("^1,1"), "1");
    EXPECT_EQ(shortest("0-4095"), "0-4095");
    EXPECT_EQ(shortest("4095,63,64"), "63-64,4095");
}

TEST(NumberSet, is_not_made_of_anything_else) {
    for (const auto* text : {"", ",", "1,", "a", "1-", "-1", "3-1", "4096", "0-4096", "1 ,2", "^1",
                             "1,^1", "99999999999999999999", "0x1"})
        EXPECT_EQ(shortest(text), "none") << text;
}

TEST(NumberSet, knows_what_is_in_it) {
    const auto set = NumberSet::parse("1-2,70").value();
    EXPECT_TRUE(set.contains(70));
    EXPECT_FALSE(set.contains(3));
    EXPECT_EQ(set.size(), 3U);
    EXPECT_EQ(set.front(), 1U);
    EXPECT_EQ(set.back(), 70U);
    EXPECT_TRUE(set.includes(NumberSet(1, 2)));
    EXPECT_FALSE(set.includes(NumberSet(1, 3)));
    EXPECT_TRUE(set.overlaps(NumberSet(2, 9)));
    EXPECT_FALSE(set.overlaps(NumberSet(3, 69)));
}

TEST(NumberSet, grows_and_shrinks) {
    NumberSet set(0, 3);
    set.add(NumberSet(4, 5));
    EXPECT_EQ(set.text(), "0-5");
    set.remove(NumberSet(1, 1));
    EXPECT_EQ(set.text(), "0,2-5");
    set.remove(NumberSet(0, 9));
    EXPECT_TRUE(set.empty());
    EXPECT_EQ(set.text(), "");
}

} // namespace
} // namespace vmwarden
