// SPDX-License-Identifier: LGPL-2.1-or-later
// tests/golden/policy-errors: NAME.yaml and, word for word, what a person is told about it.
#include "src/hostpolicy/read_policy.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>

namespace vmwarden {
namespace {

std::filesystem::path directory() {
    const char* path = std::getenv("POLICY_ERRORS");
    return path ? path : "tests/golden/policy-errors";
}

std::string contents(const std::filesystem::path& path) {
    std::ifstream stream(path, std::ios::binary);
    EXPECT_TRUE(stream) << path;
    return {std::istreambuf_iterator<char>(stream), {}};
}

std::vector<std::string> names() {
    std::vector<std::string> out;
    std::error_code ignored;
    for (const auto& entry : std::filesystem::directory_iterator(directory(), ignored))
        if (entry.path().extension() == ".yaml") out.push_back(entry.path().stem());
    std::sort(out.begin(), out.end());
    return out;
}

class PolicyErrors : public testing::TestWithParam<std::string> {};

TEST_P(PolicyErrors, AreAllReportedAsExpected) {
    const PolicyFile file{GetParam() + ".yaml", contents(directory() / (GetParam() + ".yaml"))};
    const auto read = read_policy({&file, 1});
    const auto found = render(read.diagnostics, std::span(&file, 1));
    const auto expected = directory() / (GetParam() + ".expected");
    // After a change that is meant; the review is `git diff tests/golden`.
    if (std::getenv("VMWARDEN_GOLDEN_UPDATE") != nullptr) std::ofstream(expected) << found;
    EXPECT_EQ(found, contents(expected));
    EXPECT_EQ(read.policy.has_value(), !read.diagnostics.has_errors());
    for (const auto& one : read.diagnostics.list())
        EXPECT_EQ(one.code.size(), 5U) << one.message;
}

std::string test_name(const testing::TestParamInfo<std::string>& info) {
    auto name = info.param;
    std::replace(name.begin(), name.end(), '-', '_');
    return name;
}

INSTANTIATE_TEST_SUITE_P(Golden, PolicyErrors, testing::ValuesIn(names()), test_name);

TEST(PolicyErrorsDirectory, HoldsAllTheCases) {
    EXPECT_GE(names().size(), 110U);
}

} // namespace
} // namespace vmwarden
