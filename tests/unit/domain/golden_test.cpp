// SPDX-License-Identifier: LGPL-2.1-or-later
// tests/golden/domain-errors/NAME.xml -> NAME.expected, every diagnostic to the letter;
// tests/golden/domains/*.xml: accepted, and stable when written and read again.
//
// VMWARDEN_UPDATE_GOLDEN=1 writes the .expected files anew; read the difference before committing.
#include "tests/unit/domain/golden.h"

#include "src/domain/domain_xml.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <set>

namespace vmwarden::domain {
namespace {

const std::filesystem::path golden = VMWARDEN_GOLDEN;

std::string name_of(const testing::TestParamInfo<std::filesystem::path>& info) {
    auto name = info.param.stem().string();
    std::replace_if(
        name.begin(), name.end(), [](char c) { return !std::isalnum(c); }, '_');
    return name;
}

class Errors : public testing::TestWithParam<std::filesystem::path> {};

TEST_P(Errors, AreListedToTheLetter) {
    const auto source = content_of(GetParam());
    const auto read = read_domain(GetParam().filename(), source);
    const auto shown = render(read.diagnostics, source);
    auto expected = GetParam();
    expected.replace_extension(".expected");
    if (std::getenv("VMWARDEN_UPDATE_GOLDEN") != nullptr) std::ofstream(expected) << shown;
    EXPECT_EQ(shown, content_of(expected));
    EXPECT_NE(shown, "");
    EXPECT_EQ(read.definition.has_value(), !read.diagnostics.has_errors());
}

INSTANTIATE_TEST_SUITE_P(Golden, Errors,
                         testing::ValuesIn(files_in(golden / "domain-errors", ".xml")), name_of);

class Domains : public testing::TestWithParam<std::filesystem::path> {};

TEST_P(Domains, AreReadAndWrittenStably) {
    const auto source = content_of(GetParam());
    const auto first = read_domain(GetParam().filename(), source);
    ASSERT_TRUE(first.definition) << render(first.diagnostics, source);
    EXPECT_TRUE(first.diagnostics.empty()) << render(first.diagnostics, source);

    const auto written = write_domain(*first.definition);
    const auto second = read_domain("written", written);
    ASSERT_TRUE(second.definition) << render(second.diagnostics, written);
    EXPECT_TRUE(second.diagnostics.empty()) << render(second.diagnostics, written);
    EXPECT_EQ(strip_places(*second.definition), strip_places(*first.definition)) << written;
    EXPECT_EQ(write_domain(*second.definition), written);
}

INSTANTIATE_TEST_SUITE_P(Golden, Domains, testing::ValuesIn(files_in(golden / "domains", ".xml")),
                         name_of);
INSTANTIATE_TEST_SUITE_P(Examples, Domains, testing::ValuesIn(files_in(VMWARDEN_EXAMPLES, ".xml")),
                         name_of);

TEST(Golden, NothingExpectedWithoutItsInput) {
    for (const auto& path : files_in(golden / "domain-errors", ".expected")) {
        auto input = path;
        EXPECT_TRUE(std::filesystem::exists(input.replace_extension(".xml"))) << path;
    }
}

} // namespace
} // namespace vmwarden::domain
