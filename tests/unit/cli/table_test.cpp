// SPDX-License-Identifier: LGPL-2.1-or-later
#include "agent/cli/table.h"

#include <gtest/gtest.h>

namespace vmwarden::cli {
namespace {

TEST(Table, LinesColumnsUpByCharacters) {
    Table table({"NAME", "STATE"});
    table.add({"gast\u00e9", "running"});
    table.add({"a-longer-name", "paused"});
    EXPECT_EQ(table.text(), "NAME           STATE\n"
                            "gast\u00e9          running\n"
                            "a-longer-name  paused\n");
}

TEST(Table, DoesNotPassControlCharactersOn) {
    Table table({});
    table.add({"\x1b[2J", "x"});
    EXPECT_EQ(table.text(), "?[2J  x\n");
}

} // namespace
} // namespace vmwarden::cli
