// SPDX-License-Identifier: LGPL-2.1-or-later
#include "agent/cli/arguments.h"

#include "agent/cli/failure.h"

#include <array>
#include <gtest/gtest.h>

namespace vmwarden::cli {
namespace {

Invocation parse(std::vector<const char*> words) {
    constexpr std::array<std::string_view, 1> with_value{"timeout="};
    return parse_invocation(words, with_value);
}

TEST(Arguments, GlobalOptionsStandAnywhereBeforeTheDashes) {
    const auto invocation = parse({"-c", "qemu:///system", "list", "--json", "--all"});
    EXPECT_EQ(invocation.global.uri, "qemu:///system");
    EXPECT_TRUE(invocation.global.json);
    EXPECT_EQ(invocation.words, std::vector<std::string>{"list"});
    EXPECT_EQ(invocation.verb_options, std::vector<std::string>{"--all"});
}

TEST(Arguments, NothingBehindTheDashesIsAnOption) {
    const auto invocation = parse({"start", "--", "--json"});
    EXPECT_FALSE(invocation.global.json);
    EXPECT_EQ(invocation.words, (std::vector<std::string>{"start", "--json"}));
}

TEST(Arguments, ASingleDashIsAnOperand) {
    EXPECT_EQ(parse({"create", "-"}).words, (std::vector<std::string>{"create", "-"}));
}

TEST(Arguments, AValueMayBeAWordOfItsOwn) {
    const std::vector<std::string> wanted{"--timeout=30", "--all"};
    EXPECT_EQ(parse({"shutdown", "--timeout", "30", "--all", "web"}).verb_options, wanted);
    EXPECT_EQ(parse({"shutdown", "--timeout=30", "--all", "web"}).verb_options, wanted);
    EXPECT_EQ(parse({"shutdown", "--timeout", "30", "web"}).words,
              (std::vector<std::string>{"shutdown", "web"}));
    EXPECT_EQ(parse({"shutdown", "--timeout", "--json"}).verb_options,
              std::vector<std::string>{"--timeout=--json"});
    EXPECT_THROW(parse({"shutdown", "web", "--timeout"}), UsageError);
}

TEST(Arguments, RefuseWhatIsNotKnown) {
    EXPECT_THROW(parse({"--jsn", "list"}), UsageError);
    EXPECT_THROW(parse({"list", "-c"}), UsageError);
}

TEST(VerbOptions, FlagsAndValues) {
    const std::array<std::string_view, 2> known{"all", "timeout="};
    const std::vector<std::string> typed{"--all", "--timeout=30"};
    const auto options = parse_verb_options(typed, known);
    EXPECT_TRUE(options.has("all"));
    EXPECT_EQ(options.value("timeout"), "30");
    EXPECT_EQ(options.value("missing"), std::nullopt);
}

std::string complaint(const std::string& typed) {
    const std::array<std::string_view, 2> known{"all", "timeout="};
    try {
        (void)parse_verb_options(std::vector<std::string>{typed}, known);
    } catch (const UsageError& error) {
        return error.what();
    }
    return "none";
}

TEST(VerbOptions, MistakesAreAnsweredWithASuggestion) {
    EXPECT_EQ(complaint("--al"), "unknown option '--al'; did you mean 'all'?");
    EXPECT_EQ(complaint("--timeout"), "unknown option '--timeout'; write --timeout=VALUE");
    EXPECT_EQ(complaint("-a"), "unknown option '-a'; options of verbs are long ones");
    EXPECT_NE(complaint("--all=yes"), "none");
}

} // namespace
} // namespace vmwarden::cli
