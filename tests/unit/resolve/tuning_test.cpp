// SPDX-License-Identifier: LGPL-2.1-or-later
// A definition's share of the host, inside what policy and slice give.
#include "tests/unit/resolve/inputs.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace vmwarden {
namespace {

using plan::ThreadPlace;
using Kind = ThreadPlace::Kind;
using tests::good_inputs;

constexpr std::uint64_t mebibyte = std::uint64_t{1} << 20;
constexpr std::uint64_t gibibyte = std::uint64_t{1} << 30;

std::vector<std::string> steps(const std::vector<Refusal>& refusals) {
    std::vector<std::string> out;
    for (const auto& refusal : refusals)
        out.push_back(refusal.step);
    return out;
}
using Steps = std::vector<std::string>;

tests::Inputs without(CgroupController left_out) {
    auto in = good_inputs();
    auto& list = in.policy.cgroup_controllers.value;
    std::erase_if(list, [&](const auto& one) { return one.value == left_out; });
    return in;
}

TEST(Tuning, IsNotThereWithoutAWish) {
    EXPECT_FALSE(good_inputs().plan().scope.tuning);
}

TEST(Tuning, BecomesPropertiesOfTheScope) {
    auto in = good_inputs();
    in.definition.cpu_tune.shares = 50;
    in.definition.cpu_tune.quota = 30'000;
    in.definition.memory_tune = {.hard_limit = Bytes{gibibyte},
                                 .soft_limit = Bytes{gibibyte / 2 + 4096},
                                 .swap_hard_limit = Bytes{3 * gibibyte},
                                 .min_guarantee = Bytes{64 * mebibyte}};
    in.definition.block_tune.weight = 500;
    in.definition.block_tune.devices = {{.path = "/dev/sda", .write_bytes = 7}};
    auto node = tests::device_node("/dev/sda", {8, 0});
    node.type = FileType::block;
    in.facts.files["/dev/sda"] = node;
    const auto plan = in.plan();
    plan::Tuning expected;
    expected.cpu_weight = 50;
    expected.cpu_quota_usec = 30'000;
    expected.cpu_period_usec = 100'000;
    expected.memory_high = gibibyte / 2;
    expected.memory_low = 64 * mebibyte;
    expected.memory_swap_max = 2 * gibibyte;
    expected.io_weight = 500;
    expected.io = {{"/dev/sda", {8, 0}, 0, 0, 7, 0, 0}};
    EXPECT_EQ(plan.scope.tuning, expected);
    EXPECT_EQ(plan.scope.memory_max, gibibyte);
    EXPECT_EQ(plan.asked.hard_limit, gibibyte);
}

TEST(Tuning, OnlyTightensTheMemoryThatThePolicyGives) {
    auto in = good_inputs();
    in.policy.limits_memory.value = Bytes{gibibyte};
    const auto policys = in.plan().scope.memory_max;
    in.definition.memory_tune.hard_limit = Bytes{policys + gibibyte};
    EXPECT_EQ(in.plan().scope.memory_max, policys);
    in.definition.memory_tune.hard_limit = Bytes{policys - mebibyte};
    EXPECT_EQ(in.plan().scope.memory_max, policys - mebibyte);
}

TEST(Tuning, NeedsControllersThatThePolicyLists) {
    auto in = without(CgroupController::cpu);
    in.definition.cpu_tune.shares = 50;
    EXPECT_EQ(steps(in.refusals()), Steps{"limits"});
    in = without(CgroupController::memory);
    in.definition.memory_tune.hard_limit = Bytes{gibibyte};
    EXPECT_EQ(steps(in.refusals()), Steps{"limits"});
    in = without(CgroupController::io);
    in.definition.block_tune.weight = 100;
    EXPECT_EQ(steps(in.refusals()), Steps{"limits"});
    in = without(CgroupController::cpuset);
    in.definition.numa_tune.memory = {NumaMode::restrictive, NumberSet(0, 0)};
    EXPECT_EQ(steps(in.refusals()), Steps{"limits"});
}

TEST(Tuning, LimitsNoFileAsADevice) {
    auto in = good_inputs();
    in.definition.block_tune.devices = {{.path = tests::disk_path, .weight = 10}};
    EXPECT_EQ(steps(in.refusals()), Steps{"limits"});
}

TEST(Tuning, ThreadsWithoutAPinAreWhereTheirGuestIs) {
    auto in = good_inputs();
    in.definition.vcpus = 3;
    in.definition.current_vcpus = 2;
    in.definition.iothreads.listed = {{.id = 4}, {.id = 5}};
    auto& tune = in.definition.cpu_tune;
    tune.processors = NumberSet(0, 1);
    tune.vcpu_pins = {{1, NumberSet(5, 5)}};
    tune.iothread_pins = {{5, NumberSet(6, 7)}};
    const auto tuning = in.plan().scope.tuning.value();
    EXPECT_EQ(tuning.threads, (std::vector<ThreadPlace>{{Kind::emulator, 0, "0-1"},
                                                        {Kind::vcpu, 0, "0-1"},
                                                        {Kind::vcpu, 1, "5"},
                                                        {Kind::iothread, 4, "0-1"},
                                                        {Kind::iothread, 5, "6-7"}}));
    EXPECT_EQ(tuning.processors, "0-1,5-7");
}

// Threads that nobody pinned may be anywhere, so the scope may, too.
TEST(Tuning, APinAloneHoldsItsThreadAlone) {
    auto in = good_inputs();
    in.definition.cpu_tune.vcpu_pins = {{0, NumberSet(1, 1)}};
    const auto tuning = in.plan().scope.tuning.value();
    EXPECT_EQ(tuning.threads, (std::vector<ThreadPlace>{{Kind::vcpu, 0, "1"}}));
    EXPECT_EQ(tuning.processors, "");
}

TEST(Tuning, WithoutTheControllerThreadsAreHeldOneByOne) {
    auto in = without(CgroupController::cpuset);
    in.definition.cpu_tune.processors = NumberSet(0, 0);
    const auto tuning = in.plan().scope.tuning.value();
    EXPECT_EQ(tuning.processors, "");
    EXPECT_EQ(tuning.threads.size(), 2U);
}

TEST(Tuning, ProcessorsAndNodesAreTheHosts) {
    auto in = good_inputs();
    in.definition.cpu_tune.processors = NumberSet(0, 4);
    in.definition.numa_tune.memory = {NumaMode::restrictive, NumberSet(1, 1)};
    EXPECT_EQ(in.plan().scope.tuning->memory_nodes, "1"); // nothing is known of this host
    in.facts.processors = NumberSet(0, 3);
    in.facts.memory_nodes = NumberSet(0, 0);
    EXPECT_EQ(steps(in.refusals()), (Steps{"memory nodes", "processors"}));
    in.facts.processors = NumberSet(0, 4);
    in.facts.memory_nodes = NumberSet(0, 1);
    EXPECT_EQ(in.plan().scope.tuning->processors, "0-4");
}

std::string slice_of(const char* frame, const char* partition) {
    auto in = good_inputs();
    in.policy.slice.value = frame;
    in.definition.partition.path = partition;
    const auto resolution = in.resolve();
    const auto* plan = std::get_if<LaunchPlan>(&resolution);
    return plan == nullptr ? "refused" : plan->scope.slice;
}

TEST(Partition, IsASliceInsideThePolicys) {
    EXPECT_EQ(slice_of("machine.slice", "/machine"), "machine.slice");
    EXPECT_EQ(slice_of("machine.slice", "/machine/production"), "machine-production.slice");
    EXPECT_EQ(slice_of("machine.slice", "/machine/a-b/c"), "machine-a\\x2db-c.slice");
    EXPECT_EQ(slice_of("machine-web.slice", "/machine/web/x"), "machine-web-x.slice");
    EXPECT_EQ(slice_of("-.slice", "/system"), "system.slice");
}

TEST(Partition, DoesNotLeadOutOfIt) {
    EXPECT_EQ(slice_of("machine.slice", "/system"), "refused");
    EXPECT_EQ(slice_of("machine.slice", "/machinery/x"), "refused");
    EXPECT_EQ(slice_of("machine.slice", "/machine-web"), "refused"); // a dash of its own: \x2d
    EXPECT_EQ(slice_of("machine-web.slice", "/machine"), "refused");
    EXPECT_EQ(slice_of("machine-web.slice", "/machine/website"), "refused");
}

TEST(Timezone, IsInTheEnvironmentOfQemu) {
    auto in = good_inputs();
    in.definition.clock = ClockOffset::timezone;
    in.definition.timezone = "Europe/Berlin";
    const auto environment = in.plan().process.environment;
    EXPECT_EQ(std::count(environment.begin(), environment.end(), "TZ=Europe/Berlin"), 1);
}

} // namespace
} // namespace vmwarden
