// SPDX-License-Identifier: LGPL-2.1-or-later
#include "agent/host/accounts.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace vmwarden::host {
namespace {

TEST(Accounts, IdsAreTakenAsTheyAre) {
    const auto found = look_up_identity(AccountId{4000000001}, AccountId{4000000002});
    EXPECT_EQ(found.identity, (Identity{Uid{4000000001}, Gid{4000000002}, {}}));
    EXPECT_EQ(found.error, "");
}

TEST(Accounts, NamesBringTheirGroups) {
    const auto found = look_up_identity(AccountName("root"), AccountId{4000000002});
    ASSERT_TRUE(found.identity);
    EXPECT_EQ(found.identity->uid, Uid{0});
    EXPECT_EQ(found.identity->gid, Gid{4000000002});
    const auto& groups = found.identity->groups;
    EXPECT_EQ(std::count(groups.begin(), groups.end(), Gid{4000000002}), 1);
    EXPECT_TRUE(std::is_sorted(groups.begin(), groups.end()));
}

TEST(Accounts, GroupsBesidesAreThoseThatThereAre) {
    const auto found = look_up_identity(
        {AccountId{4000000001}, AccountId{4000000002}, {"root", "no-such", "root"}});
    EXPECT_EQ(found.identity, (Identity{Uid{4000000001}, Gid{4000000002}, {Gid{0}}}));
    EXPECT_EQ(found.missing_groups, std::vector<std::string>{"no-such"});
}

TEST(Accounts, EveryMissingOneIsNamed) {
    const AccountName missing = "no-such-account-here";
    EXPECT_EQ(look_up_identity(missing, missing).error,
              "no user 'no-such-account-here' and no group 'no-such-account-here'");
    EXPECT_EQ(look_up_identity(missing, AccountId{0}).error, "no user 'no-such-account-here'");
    EXPECT_EQ(look_up_identity(AccountId{0}, missing).error, "no group 'no-such-account-here'");
    EXPECT_FALSE(look_up_identity(AccountId{0}, missing).identity);
}

TEST(Accounts, TheIdThatMeansNoneIsRefused) {
    EXPECT_FALSE(look_up_identity(AccountId{4294967295}, AccountId{0}).identity);
    EXPECT_FALSE(look_up_identity(AccountId{0}, AccountId{4294967295}).identity);
}

TEST(Accounts, HostileNamesAreLookedUpAndShownSafely) {
    const auto found = look_up_identity(AccountName("\x1b[31m:\n"), AccountId{0});
    EXPECT_FALSE(found.identity);
    EXPECT_EQ(found.error.find('\x1b'), std::string::npos);
}

TEST(Accounts, AnOwnerIsAUserAndItsGroup) {
    EXPECT_EQ(look_up_owner("root"), (Owner{Uid{0}, Gid{0}}));
    EXPECT_EQ(look_up_owner("no-such-account-here"), std::nullopt);
}

} // namespace
} // namespace vmwarden::host
