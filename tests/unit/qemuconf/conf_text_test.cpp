// SPDX-License-Identifier: LGPL-2.1-or-later
#include "src/qemuconf/conf_text.h"

#include "src/qemuconf/codes.h"

#include <gtest/gtest.h>

namespace vmwarden::qemuconf {
namespace {

struct Read {
    std::vector<ConfEntry> entries;
    std::vector<std::string> found; // "2:5 Q0002 message"
};

Read read(std::string_view text) {
    Findings report("q", max_reported, code::more);
    Read out{read_conf(text, report), {}};
    const auto found = report.take();
    for (const auto& one : found.list())
        out.found.push_back(std::to_string(one.place.line) + ":" +
                            std::to_string(one.place.column) + " " + one.code + " " + one.message);
    return out;
}

using Found = std::vector<std::string>;

TEST(ConfText, TakesTextsNumbersAndLists) {
    const auto got =
        read("a = \"x 'y'\"\n\tb='\"'\nc = 12\nd = -3\ne=+4\nf = [ \"p\", 7,\n 'q' ]\n");
    EXPECT_EQ(got.found, Found{});
    ASSERT_EQ(got.entries.size(), 6U);
    EXPECT_EQ(got.entries[0].name, "a");
    EXPECT_EQ(got.entries[0].value.text, "x 'y'");
    EXPECT_EQ(got.entries[1].value.text, "\"");
    EXPECT_EQ(got.entries[1].span.line, 2U);
    EXPECT_EQ(got.entries[1].span.column, 2U);
    EXPECT_EQ(got.entries[2].value.number, 12);
    EXPECT_EQ(got.entries[3].value.number, -3);
    EXPECT_EQ(got.entries[4].value.number, 4);
    const auto& items = got.entries[5].value.items;
    ASSERT_EQ(items.size(), 3U);
    EXPECT_EQ(items[0].text, "p");
    EXPECT_EQ(items[1].number, 7);
    EXPECT_EQ(items[2].text, "q");
    EXPECT_EQ(items[2].span.line, 7U);
    EXPECT_EQ(items[2].span.column, 2U);
    EXPECT_EQ(items[2].span.length, 3U);
}

TEST(ConfText, TakesSemicolonsCommentsAndForeignLineEnds) {
    const auto got = read("# x\r\na = 1; b = 2 # c = 3\r\n  # d\r\nl = [ 1, ]#\r\ne = []");
    EXPECT_EQ(got.found, Found{});
    ASSERT_EQ(got.entries.size(), 4U);
    EXPECT_EQ(got.entries[1].name, "b");
    EXPECT_EQ(got.entries[2].value.items.size(), 1U);
    EXPECT_EQ(got.entries[3].span.line, 5U);
    EXPECT_TRUE(got.entries[3].value.items.empty());
}

TEST(ConfText, OfNothingIsNothing) {
    EXPECT_TRUE(read("").entries.empty());
    EXPECT_EQ(read(" \n\n#").found, Found{});
}

TEST(ConfText, ReportsEveryErrorAtItsPlaceAndGoesOn) {
    const auto got = read("user qemu\n"
                          "group = qemu\n"
                          "a = \"open\n"
                          "b = 1.5\n"
                          "c =\n"
                          "d = 'x' 'y'\n"
                          "= 3\n"
                          "e = +\n"
                          "f = 99999999999999999999\n"
                          "g = \"\"\"long\nstill\"\"\"\n"
                          "good = 1\n");
    EXPECT_EQ(
        got.found,
        (Found{"1:6 Q0002 no '=' behind 'user'", "2:9 Q0002 no value begins with 'q'",
               "3:5 Q0003 the quote is not closed on its line", "4:6 Q0002 more behind the value",
               "5:4 Q0002 no value", "6:9 Q0002 more behind the value",
               "7:1 Q0002 no option begins with '='", "8:6 Q0002 no digits behind the sign",
               "9:5 Q0007 the number is too large", "10:5 Q0005 a text in three quotes"}));
    EXPECT_EQ(got.entries.back().name, "good");
}

TEST(ConfText, ReportsEveryErrorOfAList) {
    const auto got = read("a = [ \"x\" \"y\", , # why\n [ [1], 2 ], yes, \"z\n ]\nb = 1\n");
    EXPECT_EQ(
        got.found,
        (Found{"1:11 Q0002 no comma between two values", "1:16 Q0002 no value before the comma",
               "1:18 Q0002 a comment inside a list", "2:2 Q0002 no comma between two values",
               "2:2 Q0006 a list inside a list", "2:14 Q0002 no value begins with 'y'",
               "2:19 Q0003 the quote is not closed on its line"}));
    ASSERT_EQ(got.entries.size(), 1U);
    EXPECT_EQ(got.entries[0].name, "b");
}

TEST(ConfText, FindsTheListThatIsNeverClosed) {
    const auto got = read("a = [ \"x\",\n  \"y\"\nb = 1\nc = [");
    EXPECT_EQ(got.found,
              (Found{"1:5 Q0004 the list is never closed", "4:5 Q0004 the list is never closed"}));
    ASSERT_EQ(got.entries.size(), 1U);
    EXPECT_EQ(got.entries[0].name, "b");
}

TEST(ConfText, RefusesAByteOrderMarkAndReadsOn) {
    const auto got = read("\xef\xbb\xbf"
                          "a = 1\n");
    EXPECT_EQ(got.found, Found{"1:1 Q0002 a byte order mark"});
    EXPECT_EQ(got.entries.size(), 1U);
}

// Depth is no recursion, and a megabyte of anything ends.
TEST(ConfText, AnswersHostileMegabytes) {
    constexpr std::size_t many = 1024 * 1024 - 8;
    for (const std::string_view piece : {"[", ",", "\"", "'", "a", "a=", "a=1;", "a=[", "\n", "-",
                                         "=", "\"\"\"", "[1,", "#", " "}) {
        std::string text = "a = [";
        while (text.size() < many)
            text += piece;
        Findings report("q", max_reported, code::more);
        read_conf(text, report);
        EXPECT_LE(report.take().list().size(), max_reported + 1) << piece;
    }
}

TEST(ConfFindings, CountWhatTheyDoNotKeep) {
    Findings report("q", max_reported, code::more);
    for (std::size_t i = 0; i < max_reported; ++i)
        report.warning("Q", {1, 1, 1}, "w");
    report.error("Q", {2, 1, 1}, "e");
    const auto found = report.take();
    EXPECT_EQ(found.list().size(), max_reported + 1);
    EXPECT_EQ(found.list().back().message, "and 1 more");
    EXPECT_EQ(found.list().back().code, code::more);
    EXPECT_TRUE(found.has_errors());
}

} // namespace
} // namespace vmwarden::qemuconf
