// SPDX-License-Identifier: LGPL-2.1-or-later
// These hold for root and for anybody: who may not take on an identity gets mode bits, which say
// the same here. That the kernel is asked, ACLs and all, is shown in tests/host/cases.
#include "agent/host/guest_access.h"

#include "src/base/unique_fd.h"
#include "tests/unit/host/temp_tree.h"

#include <algorithm>
#include <fcntl.h>
#include <sys/fsuid.h>
#include <unistd.h>

namespace vmwarden::host {
namespace {

Identity own_identity() {
    std::vector<gid_t> ids(static_cast<std::size_t>(::getgroups(0, nullptr)));
    const int count = ::getgroups(static_cast<int>(ids.size()), ids.data());
    if (count < 0) throw std::runtime_error("groups changed meanwhile");
    Identity own{Uid{::geteuid()}, Gid{::getegid()}, {}};
    for (const gid_t id : ids)
        own.groups.push_back(Gid{id});
    std::sort(own.groups.begin(), own.groups.end());
    return own;
}

const Identity stranger{Uid{4000000001}, Gid{4000000002}, {Gid{4000000003}}};

bool allowed(const Identity& identity, const std::string& path, int mode) {
    const UniqueFd file(::open(path.c_str(), O_PATH | O_CLOEXEC));
    bool answer = false;
    with_access_of(identity, [&](const AccessCheck& may) { answer = may(file.get(), mode); });
    return answer;
}

TEST(GuestAccess, OfAnOwnerFollowsTheOwnersBits) {
    const test::TempTree tree;
    EXPECT_TRUE(allowed(own_identity(), tree.file("r", "", 0400), R_OK));
    EXPECT_TRUE(allowed(own_identity(), tree.file("w", "", 0200), W_OK));
    EXPECT_TRUE(allowed(own_identity(), tree.file("x", "", 0100), X_OK));
}

TEST(GuestAccess, KnowsNoPrivilege) {
    const test::TempTree tree;
    const auto locked = tree.file("locked", "", 0);
    EXPECT_FALSE(allowed(own_identity(), locked, R_OK));
    EXPECT_FALSE(allowed(own_identity(), locked, W_OK));
    EXPECT_FALSE(allowed(own_identity(), tree.file("writable", "", 0200), R_OK | W_OK));
}

TEST(GuestAccess, OfAStrangerFollowsTheOthersBits) {
    const test::TempTree tree;
    EXPECT_FALSE(allowed(stranger, tree.file("own", "", 0770), R_OK));
    EXPECT_TRUE(allowed(stranger, tree.file("all", "", 0004), R_OK));
    tree.directory("d");
    tree.set_mode("d", 0711);
    EXPECT_TRUE(allowed(stranger, tree.path("d"), X_OK));
    EXPECT_FALSE(allowed(stranger, tree.path("d"), R_OK));
    tree.set_mode("d", 0700);
    EXPECT_FALSE(allowed(stranger, tree.path("d"), X_OK));
}

TEST(GuestAccess, IsDeniedToWhatIsNoFile) {
    bool answer = true;
    with_access_of(own_identity(), [&](const AccessCheck& may) { answer = may(-1, R_OK); });
    EXPECT_FALSE(answer);
}

TEST(GuestAccess, LeavesTheCallersIdentityAlone) {
    const Identity before = own_identity();
    const auto fsuid = ::setfsuid(static_cast<uid_t>(-1));
    with_access_of(stranger, [](const AccessCheck&) {});
    EXPECT_EQ(own_identity(), before);
    EXPECT_EQ(::setfsuid(static_cast<uid_t>(-1)), fsuid);
}

TEST(GuestAccess, ThrowsWhatTheQuestionThrows) {
    EXPECT_THROW(
        with_access_of(own_identity(), [](const AccessCheck&) { throw std::out_of_range("x"); }),
        std::out_of_range);
}

TEST(ModeBits, TheFirstClassThatFitsDecides) {
    const Identity who{Uid{1}, Gid{2}, {Gid{3}}};
    EXPECT_FALSE(mode_bits_allow(who, {Uid{1}, Gid{2}}, 0077, R_OK));
    EXPECT_FALSE(mode_bits_allow(who, {Uid{9}, Gid{2}}, 0707, R_OK));
    EXPECT_FALSE(mode_bits_allow(who, {Uid{9}, Gid{3}}, 0707, R_OK));
    EXPECT_FALSE(mode_bits_allow(who, {Uid{9}, Gid{9}}, 0770, R_OK));
    EXPECT_TRUE(mode_bits_allow(who, {Uid{1}, Gid{9}}, 0400, R_OK));
    EXPECT_TRUE(mode_bits_allow(who, {Uid{9}, Gid{2}}, 0020, W_OK));
    EXPECT_TRUE(mode_bits_allow(who, {Uid{9}, Gid{3}}, 0010, X_OK));
    EXPECT_TRUE(mode_bits_allow(who, {Uid{9}, Gid{9}}, 0006, R_OK | W_OK));
    EXPECT_FALSE(mode_bits_allow(who, {Uid{9}, Gid{9}}, 0004, R_OK | W_OK));
}

TEST(ModeBits, RootIsNobodySpecial) {
    EXPECT_FALSE(mode_bits_allow({Uid{0}, Gid{0}, {}}, {Uid{1}, Gid{1}}, 0700, R_OK));
}

} // namespace
} // namespace vmwarden::host
