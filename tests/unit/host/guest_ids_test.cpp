// SPDX-License-Identifier: LGPL-2.1-or-later
#include "agent/host/guest_ids.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

namespace vmwarden::host {
namespace {

namespace fs = std::filesystem;

const GuestIds two{{"a", 2000}, {"b", 2002}};

TEST(GuestIds, AreReadBack) {
    EXPECT_EQ(decode_guest_ids(encode(two)), two);
    EXPECT_EQ(decode_guest_ids(encode(GuestIds())), GuestIds());
}

TEST(GuestIds, AnythingElseIsNoList) {
    for (const auto* text : {
             "",
             "vmwarden-guest-ids 1\n",
             "vmwarden-guest-ids 2\nend\n",
             "vmwarden-guest-ids 1\nend",
             "vmwarden-guest-ids 1\nend\nend\n",
             "vmwarden-guest-ids 1\n2000 a\nend\n2001 b\n",
             "vmwarden-guest-ids 1\n2000 a\n2000 b\nend\n",
             "vmwarden-guest-ids 1\n2000 a\n2001 a\nend\n",
             "vmwarden-guest-ids 1\n2000\nend\n",
             "vmwarden-guest-ids 1\n2000 \nend\n",
             "vmwarden-guest-ids 1\n2000 a b\nend\n",
             "vmwarden-guest-ids 1\n0 a\nend\n",
             "vmwarden-guest-ids 1\n4294967295 a\nend\n",
             "vmwarden-guest-ids 1\n-1 a\nend\n",
             "vmwarden-guest-ids 1\n\nend\n",
         })
        EXPECT_FALSE(decode_guest_ids(text)) << text;
}

TEST(GuestIds, ListsEndSomewhere) {
    GuestIds many;
    for (std::uint32_t i = 0; i <= most_guest_ids; ++i)
        many["guest" + std::to_string(i)] = 2000 + i;
    EXPECT_FALSE(decode_guest_ids(encode(many)));
    many.erase(many.begin());
    EXPECT_TRUE(decode_guest_ids(encode(many)));
}

class LookUp : public testing::Test {
  protected:
    LookUp() {
        std::string name = testing::TempDir() + "guest-ids-XXXXXX";
        directory_ = mkdtemp(name.data());
    }
    ~LookUp() override { fs::remove_all(directory_); }
    void keep(const std::string& text) const {
        std::ofstream(directory_ + "/" + guest_ids_file) << text;
    }
    [[nodiscard]] GuestIdLookup look_up(const std::string& guest, IdRange range) const {
        return look_up_guest_id(guest, range, directory_);
    }
    std::string directory_;
};

TEST_F(LookUp, AGuestHasItsId) {
    keep(encode(two));
    EXPECT_EQ(look_up("b", {2000, 2009}).id, 2002U);
}

TEST_F(LookUp, ANewOneWouldGetTheFirstThatIsFree) {
    EXPECT_EQ(look_up("new", {2000, 2009}).id, 2000U);
    keep(encode(two));
    EXPECT_EQ(look_up("new", {2000, 2009}).id, 2001U);
    EXPECT_EQ(look_up("b", {2000, 2001}).id, 2001U); // its own is outside of the range by now
}

TEST_F(LookUp, ARangeThatIsUsedUpHasNone) {
    keep(encode(two));
    const auto found = look_up("new", {2002, 2002});
    EXPECT_FALSE(found.id);
    EXPECT_EQ(found.error, "all ids from 2002 to 2002 are taken");
    EXPECT_FALSE(look_up("new", {0, 0}).id);
}

TEST_F(LookUp, ADamagedListGivesNobodyAnId) {
    keep("vmwarden-guest-ids 1\n");
    const auto found = look_up("new", {2000, 2009});
    EXPECT_FALSE(found.id);
    EXPECT_NE(found.error.find("is damaged"), std::string::npos) << found.error;
}

} // namespace
} // namespace vmwarden::host
