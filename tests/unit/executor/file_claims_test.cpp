// SPDX-License-Identifier: LGPL-2.1-or-later
#include "agent/executor/file_claims.h"

#include <gtest/gtest.h>

namespace vmwarden::executor {
namespace {

constexpr Owner admin{{0}, {0}}, alice{{1000}, {1000}}, qemu{{64055}, {64055}}, web{{70}, {70}};
const std::string boot = "this-boot";

FileState plain_file(Owner owner = admin, const std::string& label = "orig_t") {
    return {{1, 42}, false, {}, owner, 0600, label};
}

plan::FileGrant grant(std::optional<Owner> owner, const std::string& label = "") {
    plan::FileGrant grant;
    grant.path = grant.resolved = "/disk";
    grant.id = {1, 42};
    grant.owner = owner;
    grant.label = label;
    return grant;
}

FileClaim claimed(const plan::FileGrant& grant, const FileState& now,
                  const std::vector<Claims>& others = {}) {
    auto answer = claim_file(grant, now, boot, others);
    EXPECT_TRUE(std::holds_alternative<FileClaim>(answer));
    return std::get<FileClaim>(answer);
}

TEST(FileClaims, remembers_what_the_file_was) {
    const FileClaim claim = claimed(grant(qemu, "svirt_t"), plain_file(alice));
    EXPECT_EQ(alice, claim.original.owner);
    EXPECT_EQ("orig_t", claim.original.label);
    EXPECT_TRUE(owes(claim));
    EXPECT_FALSE(owes(claimed(grant(alice, "orig_t"), plain_file(alice))));
    EXPECT_FALSE(claims_anything(claimed(grant(std::nullopt), plain_file(alice))));
}

TEST(FileClaims, what_is_owed_is_owed_by_the_second_guest_too) {
    const Claims first{"a", {claimed(grant(qemu, "l"), plain_file(alice))}};
    EXPECT_TRUE(owes(claimed(grant(qemu, "l"), plain_file(qemu, "l"), {first})));
}

TEST(FileClaims, a_guest_that_needs_no_change_holds_what_another_was_given) {
    const Claims first{"a", {claimed(grant(qemu, "l"), plain_file(alice))}};
    const FileClaim second = claimed(grant(std::nullopt), plain_file(qemu, "l"), {first});
    EXPECT_EQ(qemu, second.set_owner);
    EXPECT_EQ("l", second.set_label);
    const GiveBack early =
        give_back(first.files[0], plain_file(qemu, "l"), boot, {{"b", {second}}});
    EXPECT_FALSE(early.owner);
    EXPECT_EQ("", early.label);
    const GiveBack late = give_back(second, plain_file(qemu, "l"), boot, {});
    EXPECT_EQ(alice, late.owner);
    EXPECT_EQ("orig_t", late.label);
}

TEST(FileClaims, set_id_bits_come_back_after_a_crash_between_owner_and_mode) {
    FileState was = plain_file(alice);
    was.mode = 06755;
    const FileClaim claim = claimed(grant(qemu), was);
    FileState now = was;
    now.mode = 0755;
    EXPECT_EQ(06755U, give_back(claim, now, boot, {}).mode);
    now.mode = 0700; // somebody has changed it otherwise
    EXPECT_FALSE(give_back(claim, now, boot, {}).mode);
    EXPECT_FALSE(give_back(claim, was, boot, {}).mode);
}

TEST(FileClaims, a_second_guest_takes_the_original_over_from_the_first) {
    const Claims first{"a", {claimed(grant(qemu, "l"), plain_file(alice))}};
    const FileClaim second = claimed(grant(qemu, "l"), plain_file(qemu, "l"), {first});
    EXPECT_EQ(alice, second.original.owner);
    EXPECT_EQ("orig_t", second.original.label);
}

TEST(FileClaims, attributes_are_claimed_each_for_itself) {
    const Claims first{"a", {claimed(grant(qemu), plain_file(alice))}};
    const FileClaim second = claimed(grant(std::nullopt, "l"), plain_file(qemu), {first});
    // The owner is the first guest's to give back, whatever happens to the label.
    const GiveBack back = give_back(second, plain_file(qemu, "l"), boot, {first});
    EXPECT_FALSE(back.owner);
    EXPECT_EQ("orig_t", back.label);
}

TEST(FileClaims, guests_that_disagree_are_refused_with_the_others_name) {
    const Claims first{"a", {claimed(grant(qemu, "l"), plain_file())}};
    const auto owner = claim_file(grant(web), plain_file(qemu, "l"), boot, {first});
    ASSERT_TRUE(std::holds_alternative<ClaimConflict>(owner));
    EXPECT_EQ("a", std::get<ClaimConflict>(owner).guest);
    const auto label = claim_file(grant(qemu, "m"), plain_file(qemu, "l"), boot, {first});
    EXPECT_TRUE(std::holds_alternative<ClaimConflict>(label));
}

TEST(FileClaims, a_file_goes_back_when_its_last_user_ends_in_either_order) {
    const Claims a{"a", {claimed(grant(qemu, "l"), plain_file(alice))}};
    const Claims b{"b", {claimed(grant(qemu, "l"), plain_file(qemu, "l"), {a})}};
    for (const auto& [first, last] : {std::pair(a, b), std::pair(b, a)}) {
        const GiveBack early = give_back(first.files[0], plain_file(qemu, "l"), boot, {last});
        EXPECT_FALSE(early.owner);
        EXPECT_EQ("", early.label);
        EXPECT_EQ("", early.complaint);
        const GiveBack late = give_back(last.files[0], plain_file(qemu, "l"), boot, {});
        EXPECT_EQ(alice, late.owner);
        EXPECT_EQ(0600U, late.mode);
        EXPECT_EQ("orig_t", late.label);
    }
}

TEST(FileClaims, nothing_is_done_twice) {
    const FileClaim claim = claimed(grant(qemu, "l"), plain_file(alice));
    const GiveBack back = give_back(claim, plain_file(alice), boot, {});
    EXPECT_FALSE(back.owner || back.mode);
    EXPECT_EQ("", back.label + back.complaint);
}

TEST(FileClaims, what_somebody_else_has_set_meanwhile_stays_and_is_said) {
    const FileClaim claim = claimed(grant(qemu, "l"), plain_file(alice));
    const GiveBack back = give_back(claim, plain_file(web, "m"), boot, {});
    EXPECT_FALSE(back.owner);
    EXPECT_EQ("", back.label);
    EXPECT_NE(std::string::npos, back.complaint.find("70:70"));
    EXPECT_NE(std::string::npos, back.complaint.find("label is m"));
}

TEST(FileClaims, another_file_of_that_name_is_left_alone) {
    const FileClaim claim = claimed(grant(qemu), plain_file(alice));
    FileState other = plain_file(qemu);
    other.id.inode = 43;
    EXPECT_NE("", give_back(claim, other, boot, {}).complaint);
    EXPECT_FALSE(give_back(claim, other, boot, {}).owner);
    FileState moved = plain_file(qemu);
    moved.id.device = 2;
    EXPECT_FALSE(give_back(claim, moved, boot, {}).owner) << "same boot: another file system";
    EXPECT_EQ(alice, give_back(claim, moved, "next-boot", {}).owner) << "device numbers change";
}

TEST(FileClaims, a_device_node_must_be_the_same_device) {
    FileState node = plain_file(admin);
    node.is_device = true;
    node.device = {8, 1};
    const FileClaim claim = claimed(grant(qemu), node);
    node.owner = qemu;
    EXPECT_EQ(admin, give_back(claim, node, boot, {}).owner);
    node.device = {8, 2};
    EXPECT_FALSE(give_back(claim, node, boot, {}).owner);
}

} // namespace
} // namespace vmwarden::executor
