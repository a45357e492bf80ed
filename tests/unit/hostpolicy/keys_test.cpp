// SPDX-License-Identifier: LGPL-2.1-or-later
#include "src/hostpolicy/keys.h"
#include "src/hostpolicy/words.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

namespace vmwarden::hostpolicy {
namespace {

TEST(Keys, HaveNamesOfTheirOwnAndAMeaning) {
    std::set<std::string_view> seen;
    for (const auto& key : keys()) {
        EXPECT_TRUE(seen.insert(key.name).second) << key.name;
        EXPECT_EQ(find_key(key.name), &key);
        EXPECT_FALSE(key.meaning.empty()) << key.name;
    }
    for (const auto name : names_in({}))
        EXPECT_TRUE(find_key(name) != nullptr || is_section(name) || name == "rules") << name;
}

TEST(Keys, OfTextHaveARule) {
    for (const auto& key : keys()) {
        const bool is_text = std::holds_alternative<Member<std::string>>(key.slot) ||
                             std::holds_alternative<ListMember<std::string>>(key.slot);
        const bool is_number = std::holds_alternative<Member<unsigned>>(key.slot);
        EXPECT_TRUE(is_number || is_text == (key.rule.fault != nullptr)) << key.name;
    }
}

TEST(Keys, ToComeAreNotThereYet) {
    for (const auto name : names_to_come())
        EXPECT_EQ(find_key(name), nullptr) << name;
}

TEST(Keys, UnknownIsNone) {
    EXPECT_EQ(find_key("usr"), nullptr);
}

TEST(Words, ForeignOnesNameOursAndAreNotOurs) {
    const auto check = []<class Enum>(Enum) {
        for (const auto& foreign : Words<Enum>::foreign) {
            const auto& known = Words<Enum>::known;
            const auto is = [](std::string_view text) {
                return [text](const auto& word) { return word.text == text; };
            };
            EXPECT_TRUE(std::any_of(known.begin(), known.end(), is(foreign.ours)));
            EXPECT_FALSE(std::any_of(known.begin(), known.end(), is(foreign.foreign)));
        }
    };
    check(SecurityDriver{});
    check(SecurityModel{});
    check(UnlabelledFilesystems{});
    check(CgroupController{});
}

TEST(Words, AreWhatProductPageSays) {
    EXPECT_EQ(to_text(SecurityDriver::automatic), "auto");
    EXPECT_EQ(to_text(SecurityDriver::selinux), "selinux");
    EXPECT_EQ(to_text(SecurityDriver::none), "none");
    EXPECT_EQ(to_text(SecurityModel::svirt), "svirt");
    EXPECT_EQ(to_text(SecurityModel::basic), "basic");
    EXPECT_EQ(to_text(UnlabelledFilesystems::required), "required");
    EXPECT_EQ(to_text(UnlabelledFilesystems::best_effort), "best-effort");
    EXPECT_EQ(to_text(UnlabelledFilesystems::skip), "skip");
    EXPECT_EQ(to_text(CgroupController::cpuset), "cpuset");
    EXPECT_EQ(to_text(CgroupController::devices), "devices");
}

} // namespace
} // namespace vmwarden::hostpolicy
