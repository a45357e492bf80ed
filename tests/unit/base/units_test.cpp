// SPDX-License-Identifier: LGPL-2.1-or-later
#include "src/base/units.h"

#include <gtest/gtest.h>

namespace vmwarden {
namespace {

TEST(Units, UuidReadsBothFormsAndWritesOne) {
    const auto hyphens = Uuid::parse("C7A5FDBD-cdaf-9455-926a-d65c16db1809");
    ASSERT_TRUE(hyphens);
    EXPECT_EQ(hyphens->text(), "c7a5fdbd-cdaf-9455-926a-d65c16db1809");
    EXPECT_EQ(Uuid::parse("c7a5fdbdcdaf9455926ad65c16db1809"), hyphens);
}

TEST(Units, UuidRefusesWhatIsNotOne) {
    for (const auto* text :
         {"", "c7a5fdbd", "c7a5fdbd-cdaf-9455-926a-d65c16db180",
          "c7a5fdbdc-daf-9455-926a-d65c16db1809", "g7a5fdbd-cdaf-9455-926a-d65c16db1809",
          "c7a5fdbd-cdaf-9455-926a-d65c16db18-9"})
        EXPECT_FALSE(Uuid::parse(text)) << text;
}

TEST(Units, NumbersAreDigitsOnly) {
    EXPECT_EQ(parse_number("18446744073709551615"), 18446744073709551615U);
    for (const auto* text : {"", "+1", "-1", " 1", "1 ", "0x1", "1e3", "18446744073709551616"})
        EXPECT_FALSE(parse_number(text)) << text;
}

TEST(Units, SizesRoundTrip) {
    EXPECT_EQ(parse_size("2G"), Bytes{2ULL << 30});
    EXPECT_EQ(parse_size("512"), Bytes{512});
    EXPECT_EQ(parse_size("16777215T"), Bytes{16777215ULL << 40});
    for (const auto* text : {"", "G", "2g", "2GiB", "16777216T", "-1K"})
        EXPECT_FALSE(parse_size(text)) << text;
    for (const std::uint64_t count :
         {0ULL, 1ULL, 1023ULL, 1024ULL, 1536ULL, 3ULL << 20, 5ULL << 40})
        EXPECT_EQ(parse_size(size_text(Bytes{count})), Bytes{count});
    EXPECT_EQ(size_text(Bytes{1536}), "1536");
    EXPECT_EQ(size_text(Bytes{3 << 20}), "3M");
}

} // namespace
} // namespace vmwarden
