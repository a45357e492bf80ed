// SPDX-License-Identifier: LGPL-2.1-or-later
// Backing chains, where the golden plans (tests/golden) would be long.
#include "tests/unit/resolve/inputs.h"

#include <gtest/gtest.h>

namespace vmwarden {
namespace {

using tests::Inputs;

std::string image_path(std::size_t number) {
    return "/images/" + std::to_string(number) + ".qcow2";
}

// A guest whose image stands on `below` others, by the headers.
Inputs guest_on(std::size_t below) {
    auto in = tests::good_inputs();
    in.policy.disks_allow.value = {{"/images", {}}};
    in.definition.disks[0].source = image_path(0);
    in.definition.disks[0].format = DiskFormat::qcow2;
    for (std::size_t i = 0; i <= below; ++i) {
        auto& fact = in.facts.files[image_path(i)];
        fact = tests::regular_file(image_path(i), 100 + i, {Uid{1000}, Gid{1000}}, 0640);
        if (i == below) break;
        fact.image.backing = {image_path(i + 1), image_path(i + 1)};
        fact.image.backing_format = "qcow2";
    }
    return in;
}

std::vector<std::string> purposes(const LaunchPlan& plan) {
    std::vector<std::string> out;
    for (const auto& file : plan.files)
        out.push_back(file.purpose);
    return out;
}

TEST(Backing, IsGrantedForReadingFromTheTopDown) {
    const auto plan = guest_on(2).plan();
    EXPECT_EQ(purposes(plan),
              (std::vector<std::string>{"disk vda", "disk vda, backing 1", "disk vda, backing 2"}));
    using Sharing = plan::FileGrant::Sharing;
    EXPECT_EQ(plan.files[0].sharing, Sharing::exclusive);
    EXPECT_EQ(plan.files[2].sharing, Sharing::readonly);
    // The group is enough to read, so the owner stays whose it was.
    EXPECT_EQ(plan.files[2].owner, (Owner{Uid{1000}, Gid{501}}));
}

TEST(Backing, MayBeLongButNotEndless) {
    EXPECT_EQ(guest_on(max_chain_images - 1).plan().files.size(), max_chain_images);
    const auto refusals = guest_on(max_chain_images).refusals();
    ASSERT_EQ(refusals.size(), 1U);
    EXPECT_EQ(refusals[0].step, "disk vda, backing 64");
    EXPECT_NE(refusals[0].diagnostic.message.find("more than 63"), std::string::npos);
}

TEST(Backing, EveryImageIsJudgedAndAllThatIsWrongIsSaid) {
    auto in = guest_on(4);
    in.facts.files[image_path(1)].resolved = "/elsewhere/1";
    in.facts.files[image_path(2)].parents = {{"/closed", false}};
    in.facts.files[image_path(3)].mode = 0;
    in.facts.files[image_path(4)].type = FileType::directory;
    std::vector<std::string> steps;
    for (const auto& refusal : in.refusals())
        steps.push_back(refusal.step);
    EXPECT_EQ(steps, (std::vector<std::string>{"disk vda, backing 1", "disk vda, backing 2",
                                               "disk vda, backing 3", "disk vda, backing 4"}));
    EXPECT_EQ(in.refusals()[0].kind, Refusal::Kind::denied);
}

TEST(Backing, OfARawImageIsNotLookedFor) {
    auto in = guest_on(1);
    in.definition.disks[0].format = DiskFormat::raw;
    EXPECT_EQ(purposes(in.plan()), std::vector<std::string>{"disk vda"});
    const auto request = facts_needed(in.policy, in.definition);
    EXPECT_TRUE(request.chains.empty() && request.images.empty());
}

TEST(Backing, FilesAreCountedAgainstTheLimitOfDescriptors) {
    auto in = guest_on(20);
    in.policy.limits_open_files = {21 + 32, {Origin::Kind::policy, {"a.yaml", 3, 1}}};
    EXPECT_NO_THROW((void)in.plan());
    in.policy.limits_open_files.value = 21 + 31;
    const auto refusals = in.refusals();
    ASSERT_EQ(refusals.size(), 1U);
    EXPECT_EQ(refusals[0].kind, Refusal::Kind::denied);
    EXPECT_NE(refusals[0].diagnostic.hint.find("a.yaml:3"), std::string::npos);
}

TEST(Backing, ALinkToANameThatCannotBeShownIsRefused) {
    auto in = guest_on(1);
    in.facts.files[image_path(1)].resolved = "/images/\xff";
    ASSERT_EQ(in.refusals().size(), 1U);
    EXPECT_NE(in.refusals()[0].diagnostic.message.find("UTF-8"), std::string::npos);
}

using Paths = std::vector<std::string>;

// What is asked for, round by round, where only `in`'s facts exist.
std::vector<Paths> rounds(const Inputs& in) {
    const auto request = facts_needed(in.policy, in.definition);
    std::map<std::string, FileFact> known;
    for (const auto& path : request.files)
        if (in.facts.files.contains(path)) known[path] = in.facts.files.at(path);
    std::vector<Paths> out;
    for (auto more = more_files_needed(request, known); !more.empty();
         more = more_files_needed(request, known)) {
        for (const auto& path : more)
            known[path] = in.facts.files.at(path);
        out.push_back(more);
    }
    return out;
}

TEST(MoreFiles, GoDownAGenerationARound) {
    auto in = guest_on(2);
    in.facts.files[image_path(1)].image.data = {"/images/data", "/images/data"};
    in.facts.files["/images/data"] = {};
    EXPECT_EQ(rounds(in), (std::vector<Paths>{{image_path(1)}, {image_path(2), "/images/data"}}));
    in.facts.files[image_path(0)].image.backing_format = "raw";
    EXPECT_EQ(rounds(in), (std::vector<Paths>{{image_path(1)}})) << "raw has no header";
}

TEST(MoreFiles, OfADeclaredChainAreItsDataFilesAlone) {
    auto in = guest_on(2);
    auto& disk = in.definition.disks[0];
    disk.backing = {{DiskSource::file, DiskFormat::qcow2, image_path(1), {}}};
    in.facts.files[image_path(0)].image.backing.path = "/etc/shadow";
    in.facts.files[image_path(0)].image.data = {"/images/data", "/images/data"};
    in.facts.files["/images/data"] = {};
    EXPECT_EQ(rounds(in), (std::vector<Paths>{{image_path(2), "/images/data"}}));
    disk.chain_ends = true;
    EXPECT_EQ(rounds(in), (std::vector<Paths>{{"/images/data"}}));
}

TEST(MoreFiles, EndWhereHeadersGoRound) {
    auto in = guest_on(1);
    auto& last = in.facts.files[image_path(1)].image;
    last.backing = {"0.qcow2", image_path(0)};
    last.backing_format = "qcow2";
    EXPECT_EQ(rounds(in), (std::vector<Paths>{{image_path(1)}}));
    // Under ever new names, as "./0.qcow2" makes them.
    EXPECT_LE(rounds(guest_on(500)).size(), max_chain_images);
}

} // namespace
} // namespace vmwarden
