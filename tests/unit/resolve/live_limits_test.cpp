// SPDX-License-Identifier: LGPL-2.1-or-later
#include "src/resolve/live_limits.h"

#include "src/hostpolicy/read_policy.h"
#include "tests/unit/resolve/inputs.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace vmwarden {
namespace {

constexpr std::uint64_t mebibyte = std::uint64_t{1} << 20;
constexpr std::uint64_t gibibyte = std::uint64_t{1} << 30;

HostPolicy policy_of(const std::string& text) {
    const PolicyFile file{"50-site.yaml", "version: 1\n" + text};
    auto read = read_policy({&file, 1});
    if (!read.policy) throw std::runtime_error(render(read.diagnostics, file.text));
    return *read.policy;
}

plan::LiveLimits limits_of(const std::string& text, const LaunchPlan& plan) {
    return live_limits(policy_of(text), plan);
}

std::string because(const plan::LiveLimits& limits, const char* what) {
    for (const auto& decision : limits.decisions)
        if (decision.what == what) return decision.because;
    return {};
}

LaunchPlan plan_of(tests::Inputs in = tests::good_inputs()) {
    return in.plan();
}

TEST(LiveLimits, AreThoseOfTheLaunchUnderTheSamePolicy) {
    auto in = tests::good_inputs();
    const auto plan = in.plan();
    EXPECT_TRUE(plan::has_limits(plan.scope, live_limits(in.policy, plan)));
    EXPECT_EQ(plan::with_limits(plan, live_limits(in.policy, plan)), plan);
}

TEST(LiveLimits, FollowTheKeysAndNameTheirLines) {
    const auto limits = limits_of("limits:\n  processes: 700\n  memory: 4G\n", plan_of());
    EXPECT_EQ(limits.tasks_max, 700U);
    EXPECT_EQ(limits.memory_max, 4 * gibibyte + 1536 * mebibyte + gibibyte / 2);
    EXPECT_EQ(because(limits, "processes"), "policy 50-site.yaml:3:3");
    EXPECT_EQ(because(limits, "memory"), "policy 50-site.yaml:4:3");
}

TEST(LiveLimits, NeverTakeWhatTheGuestItselfHas) {
    auto plan = plan_of();
    plan.asked.memory = 8 * gibibyte;
    const auto limits = limits_of("limits: {memory: 4G}\n", plan);
    EXPECT_EQ(limits.memory_max, 8 * gibibyte + 1536 * mebibyte + gibibyte);
}

TEST(LiveLimits, NeverGiveMoreThanTheDefinitionAskedFor) {
    auto plan = plan_of();
    plan.asked.hard_limit = 3 * gibibyte + 4096;
    EXPECT_EQ(limits_of("limits: {memory: 4G}\n", plan).memory_max, 3 * gibibyte);
    EXPECT_EQ(limits_of("limits: {memory: 1G}\n", plan).memory_max,
              gibibyte + 1536 * mebibyte + gibibyte / 8);
}

TEST(LiveLimits, AreWholeMebibytes) {
    EXPECT_EQ(limits_of("limits: {memory: 1000000001K}\n", plan_of()).memory_max % mebibyte, 0U);
}

TEST(LiveLimits, EndWhereTheKernelStopsCounting) {
    const auto limits =
        limits_of("limits: {processes: 4294967295, memory: 16777215T}\n", plan_of());
    EXPECT_EQ(limits.tasks_max, 4194304U);
    EXPECT_EQ(limits.memory_max, 0U);
}

TEST(LiveLimits, OfMemoryNeedTheControllerTheGuestWasStartedWith) {
    auto in = tests::good_inputs();
    in.policy = policy_of("emulators: [/usr/bin/*]\ncgroup_controllers: [pids, devices]\n");
    const auto plan = in.plan();
    EXPECT_EQ(plan.scope.memory_max, 0U);
    EXPECT_EQ(limits_of("limits: {memory: 4G}\n", plan).memory_max, 0U);
    EXPECT_NE(limits_of("cgroup_controllers: [pids]\n", plan_of()).memory_max, 0U);
}

// What rules match is what the definition said, which the plan keeps.
TEST(LiveLimits, HaveTheRulesApplied) {
    const auto rules = [](const std::string& match) {
        return "limits: {processes: 500}\nrules:\n  - match: {" + match +
               "}\n    set: {limits: {processes: 9}}\n";
    };
    auto in = tests::good_inputs();
    in.definition.uuid = Uuid::parse("c7a5fdbd-edaf-9455-926a-d65c16db1809");
    const auto named = in.plan();
    const auto derived = plan_of();
    EXPECT_EQ(limits_of(rules("name: \"hel*\""), derived).tasks_max, 9U);
    EXPECT_EQ(limits_of(rules("name: other"), derived).tasks_max, 500U);
    EXPECT_EQ(limits_of(rules("memory: \"<=128M\""), derived).tasks_max, 9U);
    EXPECT_EQ(limits_of(rules("memory: \">128M\""), derived).tasks_max, 500U);
    EXPECT_EQ(limits_of(rules("emulator: /usr/bin/*"), derived).tasks_max, 9U);
    EXPECT_EQ(limits_of(rules("uuid: " + named.uuid.text()), named).tasks_max, 9U);
    EXPECT_EQ(limits_of(rules("uuid: " + derived.uuid.text()), derived).tasks_max, 500U);
}

TEST(LiveLimits, ReplaceTheDecisionsAboutThem) {
    const auto before = plan_of();
    const auto after = plan::with_limits(before, limits_of("limits: {processes: 7}\n", before));
    EXPECT_EQ(after.decisions.size(), before.decisions.size());
    EXPECT_EQ(std::count_if(after.decisions.begin(), after.decisions.end(),
                            [](const auto& one) {
                                return one.what == "processes" && one.value == "at most 7" &&
                                       one.because == "policy 50-site.yaml:2:10";
                            }),
              1);
}

} // namespace
} // namespace vmwarden
