// SPDX-License-Identifier: LGPL-2.1-or-later
#include "src/resolve/unit_name.h"

#include <gtest/gtest.h>

namespace vmwarden {
namespace {

// Left: what was given to systemd-escape(1) 252. Right: what it printed.
TEST(UnitName, IsEscapedAsSystemdDoes) {
    EXPECT_EQ(unit_escaped("hello"), "hello");
    EXPECT_EQ(unit_escaped("web-1"), "web\\x2d1");
    EXPECT_EQ(unit_escaped("a.b_c:d"), "a.b_c:d");
    EXPECT_EQ(unit_escaped(".hidden"), "\\x2ehidden");
    EXPECT_EQ(unit_escaped("a/b"), "a-b");
    EXPECT_EQ(unit_escaped("a+b c\\d"), "a\\x2bb\\x20c\\x5cd");
    EXPECT_EQ(unit_escaped("ä"), "\\xc3\\xa4");
}

TEST(UnitName, OfAScope) {
    EXPECT_EQ(scope_unit("web-1"), "vmwarden-web\\x2d1.scope");
}

} // namespace
} // namespace vmwarden
