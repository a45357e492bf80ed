// SPDX-License-Identifier: LGPL-2.1-or-later
#include "agent/executor/guest_ids.h"

#include "agent/executor/carried_ids.h"
#include "agent/executor/restore_journal.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <unistd.h>

namespace vmwarden::executor {
namespace {

namespace fs = std::filesystem;
using host::GuestIds;

TEST(ChooseId, IsTheFirstThatNobodyHas) {
    GuestIds ids{{"a", 2000}};
    EXPECT_EQ(choose_id(ids, "b", {2000, 2009}, {2001}, {}), 2002U);
    EXPECT_EQ(ids, (GuestIds{{"a", 2000}, {"b", 2002}}));
}

TEST(ChooseId, ForgottenGuestsGiveTheirsWhenThereIsNoOther) {
    const IdRange range{2000, 2003};
    GuestIds ids{{"defined", 2000}, {"carried", 2001}, {"gone", 2002}};
    EXPECT_EQ(choose_id(ids, "one", range, {2001}, {"defined"}), 2003U);
    EXPECT_EQ(choose_id(ids, "two", range, {2001}, {"defined", "one"}), 2002U);
    EXPECT_EQ(ids.count("gone"), 0U);
    EXPECT_THROW(choose_id(ids, "three", range, {2001}, {"defined", "one", "two"}),
                 std::runtime_error);
}

TEST(ChooseId, LeavesOtherRangesAlone) {
    GuestIds ids{{"elsewhere", 5000}};
    EXPECT_THROW(choose_id(ids, "a", {2000, 2000}, {2000}, {}), std::runtime_error);
    EXPECT_EQ(ids, (GuestIds{{"elsewhere", 5000}}));
}

TEST(ChooseId, AnIdAtTheVeryEndIsOne) {
    GuestIds ids;
    EXPECT_EQ(choose_id(ids, "a", {4294967294U, 4294967294U}, {}, {}), 4294967294U);
}

class Giver : public testing::Test {
  protected:
    Giver() {
        std::string name = testing::TempDir() + "ids-XXXXXX";
        root_ = mkdtemp(name.data());
        for (const auto* each : {"guests", "definitions", "nvram/deep", "proc/self", "proc/77"})
            fs::create_directories(root_ + "/" + each);
        places_ = {root_ + "/guests", root_ + "/restore", ""};
        ids_ = {root_ + "/ids",
                root_ + "/definitions",
                {root_ + "/nvram", root_ + "/absent"},
                root_ + "/proc"};
        process(5, 6, 7);
    }
    ~Giver() override { fs::remove_all(root_); }

    void process(std::uint32_t uid, std::uint32_t gid, std::uint32_t group) const {
        const auto four = [](std::uint32_t id) {
            std::string out;
            for (int i = 0; i < 4; ++i)
                out += "\t" + std::to_string(id);
            return out + "\n";
        };
        std::ofstream(root_ + "/proc/77/status")
            << "Name:\tx\nPPid:\t1\nUid:" << four(uid) << "Gid:" << four(gid) << "Groups:\t" << group
            << " \nCapInh:\t0\nCapPrm:\t0\nCapEff:\t0\nCapBnd:\t0\nCapAmb:\t0\nNoNewPrivs:\t1\n"
            << "Seccomp:\t2\n";
    }
    [[nodiscard]] std::set<std::uint32_t> carried() const {
        return carried_ids({2000, 2009}, places_, ids_);
    }
    std::string root_;
    Places places_;
    IdPlaces ids_;
};

TEST_F(Giver, AGuestKeepsItsId) {
    const IdRange range{2000, 2009};
    EXPECT_EQ(GuestIdGiver(places_, ids_).give("a", range), 2000U);
    EXPECT_EQ(GuestIdGiver(places_, ids_).give("b", range), 2001U);
    EXPECT_EQ(GuestIdGiver(places_, ids_).give("a", range), 2000U);
    EXPECT_EQ(GuestIdGiver(places_, ids_).give("a", {3000, 3000}), 3000U);
}

TEST_F(Giver, ProcessesCarryTheirUserGroupAndGroups) {
    EXPECT_EQ(carried(), std::set<std::uint32_t>());
    process(2003, 2004, 2005);
    EXPECT_EQ(carried(), (std::set<std::uint32_t>{2003, 2004, 2005}));
    EXPECT_EQ(GuestIdGiver(places_, ids_).give("a", {2003, 2009}), 2006U);
}

TEST_F(Giver, FilesCarryTheirs) {
    const auto mine = static_cast<std::uint32_t>(getuid());
    const IdRange range{mine, mine};
    ids_.directories = {root_ + "/nvram"};
    if (mine != 0) {
        std::ofstream(root_ + "/nvram/deep/file") << "x";
        EXPECT_EQ(carried_ids(range, places_, ids_), std::set<std::uint32_t>{mine});
        EXPECT_THROW(GuestIdGiver(places_, ids_).give("a", range), std::runtime_error);
        return;
    }
    for (const auto* each : {"/nvram/deep", "/nvram/deep/file"}) {
        if (!fs::exists(root_ + each)) std::ofstream(root_ + each) << "x";
        ASSERT_EQ(chown((root_ + each).c_str(), 0, 2007), 0);
        EXPECT_EQ(carried(), std::set<std::uint32_t>{2007});
        ASSERT_EQ(chown((root_ + each).c_str(), 2008, 0), 0);
        EXPECT_EQ(carried(), std::set<std::uint32_t>{2008});
        ASSERT_EQ(chown((root_ + each).c_str(), 0, 0), 0);
    }
}

TEST_F(Giver, JournalsCarryWhatTheyWillGiveBack) {
    FileClaim claim;
    claim.path = "/x";
    claim.boot = "b";
    claim.original.owner = {{2001}, {0}};
    claim.set_owner = Owner{{0}, {2002}};
    RestoreDirectory(places_.restore).write({"other", {claim}}, false);
    EXPECT_EQ(carried(), (std::set<std::uint32_t>{2001, 2002}));
    std::ofstream(places_.restore + "/other.journal") << "damaged";
    EXPECT_THROW((void)carried(), std::runtime_error);
}

TEST_F(Giver, OnlyWhatNothingKeepsIsGivenAgain) {
    const IdRange range{2000, 2001};
    GuestIdGiver giver(places_, ids_);
    giver.give("defined", range);
    giver.give("starting", range);
    std::ofstream(ids_.definitions + "/defined.xml") << "x";
    EXPECT_THROW(giver.give("new", range), std::runtime_error);
    giver.forget("defined");
    EXPECT_THROW(giver.give("new", range), std::runtime_error);
    giver.forget("starting");
    fs::create_directories(places_.guests + "/starting");
    EXPECT_THROW(giver.give("new", range), std::runtime_error);
    fs::remove(places_.guests + "/starting");
    EXPECT_EQ(giver.give("new", range), 2001U);
    EXPECT_EQ(giver.give("defined", range), 2000U);
}

TEST_F(Giver, ADamagedListIsNotOverwritten) {
    fs::create_directories(ids_.list);
    std::ofstream(ids_.list + "/guests") << "damaged";
    GuestIdGiver giver(places_, ids_);
    EXPECT_THROW(giver.give("a", {2000, 2009}), std::runtime_error);
    std::ifstream stream(ids_.list + "/guests");
    std::string text;
    stream >> text;
    EXPECT_EQ(text, "damaged");
}

TEST_F(Giver, NoRangeIsNotRoots) {
    EXPECT_THROW(GuestIdGiver(places_, ids_).give("a", {}), std::runtime_error);
}

} // namespace
} // namespace vmwarden::executor
