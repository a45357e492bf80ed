// SPDX-License-Identifier: LGPL-2.1-or-later
#include "src/resolve/explain_device.h"

#include "tests/unit/resolve/inputs.h"

#include <gtest/gtest.h>

namespace vmwarden {
namespace {

using tests::good_inputs;

FileFact node(FileType type, std::uint32_t major, std::uint32_t minor) {
    FileFact fact;
    fact.state = FileFact::State::present;
    fact.type = type;
    fact.device = {major, minor};
    return fact;
}

LaunchPlan plan_with(std::string systemd) {
    LaunchPlan plan;
    plan.scope.devices = {{"/dev/kvm", std::move(systemd), "rw", "policy a.yaml:3:1"}};
    return plan;
}

TEST(ExplainDevice, GoesByTheNumberAndNamesTheLine) {
    const auto policy = built_in_policy();
    const auto plan = plan_with("/dev/char/10:232");
    const auto kvm = node(FileType::character, 10, 232);
    const auto answer = explain_device(policy, plan, "/dev/kvm", kvm);
    EXPECT_TRUE(answer.allowed);
    EXPECT_EQ(answer.permissions, "rw");
    EXPECT_EQ(answer.because, "policy a.yaml:3:1");
    EXPECT_EQ(explain_device(policy, plan, "/srv/my-kvm", kvm).because,
              "policy a.yaml:3:1, as /dev/kvm");
    EXPECT_FALSE(explain_device(policy, plan, "/dev/kvm", node(FileType::block, 10, 232)).allowed);
    EXPECT_FALSE(
        explain_device(policy, plan, "/dev/kvm", node(FileType::character, 10, 231)).allowed);
}

TEST(ExplainDevice, KnowsTheTerminals) {
    const auto policy = built_in_policy();
    const auto plan = plan_with("char-pts");
    for (const std::uint32_t major : {136U, 143U})
        EXPECT_TRUE(
            explain_device(policy, plan, "/dev/pts/3", node(FileType::character, major, 3)).allowed);
    for (const std::uint32_t major : {135U, 144U})
        EXPECT_FALSE(
            explain_device(policy, plan, "/dev/pts/3", node(FileType::character, major, 3)).allowed);
    EXPECT_FALSE(explain_device(policy, plan, "/dev/x", node(FileType::block, 136, 3)).allowed);
}

TEST(ExplainDevice, TellsHowADeniedOneIsHad) {
    auto policy = built_in_policy();
    policy.cgroup_device_acl.origin = {Origin::Kind::policy, {"b.yaml", 7, 1}};
    const auto disk = explain_device(policy, {}, "/dev/sdb", node(FileType::block, 8, 16));
    EXPECT_NE(disk.because.find("b.yaml:7:1"), std::string::npos) << disk.because;
    EXPECT_NE(disk.hint.find("<disk type='block'>"), std::string::npos);
    const auto memory = explain_device(policy, {}, "/dev/mem", node(FileType::character, 1, 1));
    EXPECT_EQ(memory.hint.find("<disk"), std::string::npos);
}

TEST(ExplainDevice, WithoutAFilterNamesTheLineThatLeftItOut) {
    auto policy = built_in_policy();
    policy.cgroup_controllers.origin = {Origin::Kind::policy, {"c.yaml", 2, 1}};
    LaunchPlan plan;
    plan.scope.device_filter = false;
    const auto answer = explain_device(policy, plan, "/dev/mem", node(FileType::character, 1, 1));
    EXPECT_TRUE(answer.allowed);
    EXPECT_NE(answer.because.find("c.yaml:2:1"), std::string::npos) << answer.because;
}

} // namespace
} // namespace vmwarden
