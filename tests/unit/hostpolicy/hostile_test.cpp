// SPDX-License-Identifier: LGPL-2.1-or-later
// Files made to hurt the reader: refused, soon, with a list a person can read.
#include "src/hostpolicy/findings.h"
#include "src/hostpolicy/read_policy.h"

#include <gtest/gtest.h>

#include <ctime>
#include <functional>

namespace vmwarden {
namespace {

constexpr std::size_t content = max_policy_content_bytes - 64;

std::string repeated(std::string_view unit, std::size_t size) {
    std::string out;
    while (out.size() + unit.size() <= size)
        out += unit;
    return out;
}

std::string many_keys(std::size_t size) {
    std::string out = "version: 1\n";
    for (unsigned i = 0; out.size() < size - 16; ++i)
        out += "k" + std::to_string(i) + ": v\n";
    return out;
}

struct Hostile {
    const char* name;
    std::function<std::string()> text;
};

class HostileFile : public testing::TestWithParam<Hostile> {};

TEST_P(HostileFile, IsRefusedSoon) {
    const PolicyFile file{"hostile.yaml", GetParam().text()};
    const auto start = std::clock();
    const auto read = read_policy({&file, 1});
    const auto used = static_cast<double>(std::clock() - start) / CLOCKS_PER_SEC;
    EXPECT_FALSE(read.policy);
    EXPECT_LE(read.diagnostics.list().size(), hostpolicy::max_findings + 1);
    // Processor time, not the clock; 0.1 s is the aim, the rest is for slow and sanitised builds.
    EXPECT_LT(used, 1.0);
}

const std::string comments = repeated("# a comment of some length, as people write them\n",
                                      max_policy_bytes - max_policy_content_bytes);

INSTANTIATE_TEST_SUITE_P(
    All, HostileFile,
    testing::Values(
        Hostile{"TooLarge", [] { return std::string(max_policy_bytes + 1, '#'); }},
        Hostile{"TooMuchContent", [] { return many_keys(max_policy_bytes); }},
        Hostile{"ManyKeys", [] { return many_keys(content) + comments; }},
        Hostile{"ManyItems", [] { return "emulators:\n" + repeated(" - /a\n", content); }},
        Hostile{"OneHugeLine", [] { return "user: " + repeated("x", content); }},
        Hostile{"HugeScalar", [] { return "user: a\n" + repeated(" xxx\n", content) + comments; }},
        Hostile{"DeepFlow", [] { return "a: " + repeated("[\n", content) + comments; }},
        Hostile{"DeepMappings", [] { return "a: " + repeated("{b: \n", content) + comments; }},
        Hostile{"DeepDashes", [] { return "a:\n " + repeated("- ", 4000); }},
        Hostile{"UnclosedEverywhere", [] { return repeated("a: [\n", content) + comments; }},
        Hostile{"QuotesEverywhere", [] { return repeated("a: \"\n", content) + comments; }},
        Hostile{"NoSpaceEverywhere", [] { return repeated("user:qemu\n", content) + comments; }},
        Hostile{"NoColonEverywhere", [] { return "a: b\n" + repeated("user qemu\n", content); }},
        Hostile{"TabsEverywhere", [] { return repeated("\t\n", content) + comments; }},
        Hostile{"ControlsEverywhere", [] { return repeated("user: \x01\n", content); }},
        Hostile{"Documents", [] { return repeated("---\n", content) + comments; }},
        Hostile{"Anchors", [] { return repeated("a: &x b\n", content) + comments; }},
        Hostile{"UnknownKeys", [] { return repeated("security_drivex: b\n", content); }},
        Hostile{"OnlyLineEnds", [] { return repeated("\n", max_policy_bytes); }},
        Hostile{"OnlyComments", [] { return repeated("#\n", max_policy_bytes); }}),
    [](const auto& instance) { return std::string(instance.param.name); });

TEST(ManyDiagnostics, AreCutShortWithTheirNumber) {
    std::string text = "version: 1\n";
    for (unsigned i = 0; i < 150; ++i)
        text += "wibble" + std::to_string(i) + ": x\n";
    const PolicyFile file{"many.yaml", text};
    const auto read = read_policy({&file, 1});
    ASSERT_EQ(read.diagnostics.list().size(), hostpolicy::max_findings + 1);
    EXPECT_EQ(render(read.diagnostics.list().back(), text),
              "many.yaml: error: and 50 more; mend these first");
}

TEST(Limits, AFileOfFullSizeIsRead) {
    const auto text =
        "version: 1\n" + repeated("# a comment of some words\n", max_policy_bytes - 40);
    const PolicyFile file{"full.yaml", text};
    EXPECT_TRUE(read_policy({&file, 1}).policy);
}

TEST(Limits, DepthIsCountedInLevels) {
    const auto nested = [](unsigned depth) {
        return PolicyFile{"deep.yaml", "version: 1\nx-tool: " + std::string(depth, '[') +
                                           std::string(depth, ']') + "\n"};
    };
    const auto deepest = nested(max_policy_depth - 1); // the document itself is the first level
    const auto deeper = nested(max_policy_depth);
    EXPECT_TRUE(read_policy({&deepest, 1}).policy);
    EXPECT_FALSE(read_policy({&deeper, 1}).policy);
}

} // namespace
} // namespace vmwarden
