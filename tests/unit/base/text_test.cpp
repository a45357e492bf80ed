// SPDX-License-Identifier: LGPL-2.1-or-later
#include "src/base/text.h"

#include <gtest/gtest.h>

namespace vmwarden {
namespace {

TEST(Text, PrintableKeepsUtf8AndReplacesControls) {
    EXPECT_EQ(printable("caf\u00e9 \u20ac \U0001f600"), "caf\u00e9 \u20ac \U0001f600");
    EXPECT_EQ(printable("a\x1b[2J\x7f\r\n"), "a?[2J???");
    EXPECT_EQ(printable("\xc2\x9b"
                        "31m"),
              "?31m"); // CSI as a C1 control
    EXPECT_EQ(printable("\xff\xfe"
                        "a"),
              "??a");
}

TEST(Text, PrintableReplacesWhatReordersOrHides) {
    EXPECT_EQ(printable("a\u202eb"), "a?b");
    EXPECT_EQ(printable("\ufeffa\u2028b\u2066c\u200f"), "?a?b?c?");
}

TEST(Text, FindsTheFirstBrokenByte) {
    EXPECT_EQ(first_invalid_utf8("plain \u20ac"), std::nullopt);
    EXPECT_EQ(first_invalid_utf8("ab\xff"), 2U);
    EXPECT_EQ(first_invalid_utf8("\xc0\xaf"), 0U);         // overlong '/'
    EXPECT_EQ(first_invalid_utf8("\xe0\x80\xaf"), 0U);     // overlong, three bytes
    EXPECT_EQ(first_invalid_utf8("\xed\xa0\x80"), 0U);     // surrogate
    EXPECT_EQ(first_invalid_utf8("\xf4\x90\x80\x80"), 0U); // over U+10FFFF
    EXPECT_EQ(first_invalid_utf8("a\xe2\x82"), 1U);        // cut off
}

TEST(Text, QuotesForTheShellOnlyWhereNeeded) {
    EXPECT_EQ(shell_quoted("/usr/bin/qemu-system-x86_64"), "/usr/bin/qemu-system-x86_64");
    EXPECT_EQ(shell_quoted(""), "''");
    EXPECT_EQ(shell_quoted("a b"), "'a b'");
    EXPECT_EQ(shell_quoted("it's $HOME"), "'it'\\''s $HOME'");
    EXPECT_EQ(shell_quoted("~root"), "'~root'");
}

TEST(Text, GlobStarDoesNotCrossADirectory) {
    EXPECT_TRUE(glob_matches("/usr/bin/qemu-system-*", "/usr/bin/qemu-system-x86_64"));
    EXPECT_FALSE(glob_matches("/usr/bin/qemu-system-*", "/usr/bin/qemu-system-x/../../sh"));
    EXPECT_FALSE(glob_matches("/usr/bin/qemu", "/usr/bin/qemu-kvm"));
}

TEST(ParseUnsigned, ReadsWholeNumbersOnly) {
    EXPECT_EQ(parse_unsigned("17"), 17U);
    EXPECT_EQ(parse_unsigned("0x1f"), 31U);
    EXPECT_EQ(parse_unsigned("1f", 16), 31U);
    EXPECT_EQ(parse_unsigned("0xffffffffffffffff"), ~0ULL);
    for (const char* none : {"", "0x", "1f", "-1", "+1", " 1", "1 ", "0x1ffffffffffffffff", "0X1"})
        EXPECT_FALSE(parse_unsigned(none)) << none;
}

} // namespace
} // namespace vmwarden
