// SPDX-License-Identifier: LGPL-2.1-or-later
#include "agent/executor/applied_accounts.h"

#include <gtest/gtest.h>

namespace vmwarden::executor {
namespace {

using Kind = OwnedEntry::Kind;
using What = Verdict::Kind;

const Owner root{{0}, {0}}, one{{500}, {501}}, two{{600}, {601}}, stranger{{1000}, {1000}};

OwnedEntry entry(Owner owner, Kind kind = Kind::file) {
    return {kind, {1, 2}, owner, 1};
}

Verdict from(std::vector<Owner> before, Owner now, const OwnedEntry& found, bool guests = false) {
    return judge(found, {std::move(before), now, {}}, guests);
}

TEST(Ownership, FollowsFromTheAccountsAppliedBefore) {
    EXPECT_EQ(from({one}, two, entry(one)), (Verdict{What::give, two}));
    EXPECT_EQ(from({one}, two, entry(one, Kind::directory)), (Verdict{What::give, two}));
    EXPECT_EQ(from({stranger, one}, two, entry(stranger)), (Verdict{What::give, two}));
}

TEST(Ownership, OfOthersStays) {
    EXPECT_EQ(from({one}, two, entry(stranger)).kind, What::leave);
    EXPECT_EQ(from({one}, two, entry(root)).kind, What::leave);
    EXPECT_EQ(from({one}, two, entry({stranger.uid, one.gid})).kind, What::leave);
    EXPECT_EQ(from({one}, two, entry(two)).kind, What::leave);
    EXPECT_EQ(from({one}, two, entry(one, Kind::other)).kind, What::leave);
}

TEST(Ownership, LeavesAGroupThatIsSomebodyElses) {
    EXPECT_EQ(from({one}, two, entry({one.uid, stranger.gid})),
              (Verdict{What::give, {two.uid, stranger.gid}}));
}

TEST(Ownership, OfTheGroupAloneFollows) {
    const Owner now{one.uid, two.gid};
    EXPECT_EQ(from({one}, now, entry(one)), (Verdict{What::give, now}));
}

// root may be the administrator, except where nobody but guests has files.
TEST(Ownership, OfRootFollowsInTheGuestsOwnDirectoriesAlone) {
    EXPECT_EQ(from({root}, two, entry(root)).kind, What::leave);
    EXPECT_EQ(from({root}, two, entry(root), true), (Verdict{What::give, two}));
    EXPECT_EQ(from({one}, root, entry(one)), (Verdict{What::give, root}));
}

TEST(Ownership, OfWhatIsInUseWaits) {
    EXPECT_EQ(judge(entry(one), {{one}, two, {{1, 2}}}, false).kind, What::in_use);
    EXPECT_EQ(judge(entry(stranger), {{one}, two, {{1, 2}}}, false).kind, What::leave);
    EXPECT_EQ(judge(entry(one), {{one}, two, {{1, 3}}}, false).kind, What::give);
}

TEST(Ownership, OfAFileWithASecondNameStays) {
    auto found = entry(one);
    found.names = 2;
    EXPECT_EQ(from({one}, two, found).kind, What::many_names);
    found.kind = Kind::directory; // has "." and those of its directories
    EXPECT_EQ(from({one}, two, found).kind, What::give);
}

TEST(AppliedAccounts, ComeBackInTheirOrder) {
    const std::vector<Owner> accounts{one, root, two};
    EXPECT_EQ(decode_accounts(encode(accounts)), accounts);
    EXPECT_EQ(decode_accounts(encode({})), std::vector<Owner>());
}

TEST(AppliedAccounts, AreRefusedWhenAnythingIsNotAsWritten) {
    const auto good = encode({one});
    for (std::size_t size = 0; size + 1 < good.size(); ++size)
        EXPECT_FALSE(decode_accounts(good.substr(0, size))) << size;
    for (const char* line : {"account 1", "account 1 x", "account -1 1", "account 4294967295 1",
                             "account 1 4294967295", "account  1 1", "owner 1 1", ""})
        EXPECT_FALSE(decode_accounts("vmwarden-owners 1\n" + std::string(line) + "\nend\n"))
            << line;
    EXPECT_FALSE(decode_accounts("vmwarden-owners 2\nend\n"));
}

TEST(AppliedAccounts, EndWithTheOneInForceEachOnce) {
    EXPECT_EQ(with_account({one, two}, stranger), (std::vector{one, two, stranger}));
    EXPECT_EQ(with_account({one, two}, one), (std::vector{two, one}));
}

TEST(AppliedAccounts, ForgetTheOldestInTheEnd) {
    std::vector<Owner> accounts;
    for (std::uint32_t id = 1; id <= 100; ++id)
        accounts = with_account(std::move(accounts), {{id}, {id}});
    EXPECT_EQ(accounts.size(), 64U);
    EXPECT_EQ(accounts.back(), (Owner{{100}, {100}}));
    EXPECT_EQ(accounts.front(), (Owner{{37}, {37}}));
}

} // namespace
} // namespace vmwarden::executor
