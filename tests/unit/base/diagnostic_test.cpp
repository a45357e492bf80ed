// SPDX-License-Identifier: LGPL-2.1-or-later
#include "src/base/diagnostic.h"

#include <gtest/gtest.h>

namespace vmwarden {
namespace {

TEST(Diagnostic, ShowsTheLineAndUnderlinesTheLength) {
    const Diagnostic diagnostic{
        Severity::error, {"a.yaml", 2, 3}, "unknown key 'usr'", "did you mean 'user'?", 3};
    EXPECT_EQ(render(diagnostic, "version: 1\n  usr: x\n"),
              "a.yaml:2:3: error: unknown key 'usr'; did you mean 'user'?\n"
              "    usr: x\n"
              "    ^~~");
}

TEST(Diagnostic, WithoutALineGivesTheSentenceAlone) {
    const Diagnostic diagnostic{Severity::warning, {"a.yaml", 0, 0}, "is empty", ""};
    EXPECT_EQ(render(diagnostic, "x"), "a.yaml: warning: is empty");
}

TEST(Diagnostic, NeverUnderlinesPastTheLine) {
    const Diagnostic diagnostic{Severity::error, {"f", 1, 2}, "m", "", 99};
    EXPECT_EQ(render(diagnostic, "abc"), "f:1:2: error: m\n  abc\n   ^~");
}

TEST(Diagnostic, PlaceBehindTheTextIsNotShown) {
    const Diagnostic diagnostic{Severity::error, {"f", 9, 1}, "m", ""};
    EXPECT_EQ(render(diagnostic, "abc"), "f:9:1: error: m");
}

TEST(Diagnostic, KeepsTheCaretInSightOnALongLine) {
    const std::string line(1000, 'x');
    const auto text = render(Diagnostic{Severity::error, {"f", 1, 900}, "m", ""}, line);
    const auto caret = text.rfind('\n');
    EXPECT_LT(text.size() - caret, 100U);
    EXPECT_EQ(text.back(), '^');
}

TEST(Diagnostic, ShowsNoControlCharacterOfTheSource) {
    const Diagnostic diagnostic{Severity::error, {"f\x1b", 1, 1}, "\x1b[2J", "a\nb"};
    const auto text = render(diagnostic, "\x1b[31mred");
    EXPECT_EQ(text, "f?:1:1: error: ?[2J; a?b\n  ?[31mred\n  ^");
}

TEST(Diagnostics, SortByPlaceKeepsTheOrderOfFinding) {
    Diagnostics list;
    list.error({"f", 3, 1}, "c");
    list.warning({"f", 1, 2}, "a");
    list.error({"f", 1, 2}, "b");
    list.sort();
    ASSERT_EQ(list.list().size(), 3U);
    EXPECT_EQ(list.list()[0].message, "a");
    EXPECT_EQ(list.list()[1].message, "b");
    EXPECT_EQ(list.list()[2].message, "c");
}

TEST(Diagnostics, WarningsAloneAreNoErrors) {
    Diagnostics list;
    list.warning({}, "w");
    EXPECT_FALSE(list.has_errors());
    list.error({}, "e");
    EXPECT_TRUE(list.has_errors());
}

TEST(Origin, SaysWhoDecided) {
    EXPECT_EQ((Origin{Origin::Kind::policy, {"60-site.yaml", 12, 1}}.text()),
              "policy 60-site.yaml:12:1");
    EXPECT_EQ(Origin{}.text(), "built-in default");
}

} // namespace
} // namespace vmwarden
