// SPDX-License-Identifier: LGPL-2.1-or-later
#include "src/plan/codec.h"
#include "tests/doubles/sample_plan.h"

#include <gtest/gtest.h>

#include <functional>
#include <random>

namespace vmwarden::plan {
namespace {

using tests::sample_plan;

TEST(PlanCodec, GivesTheWholePlanBack) {
    const auto plan = sample_plan();
    const auto back = decode(encode(plan));
    ASSERT_TRUE(back);
    EXPECT_EQ(*back, plan);
}

TEST(PlanCodec, KeepsEveryFieldApart) {
    // Each change must survive alone: a field left out of the list would come back as it was.
    const std::vector<std::function<void(LaunchPlan&)>> changes{
        [](LaunchPlan& p) { p.uuid.bytes[15] ^= 1; },
        [](LaunchPlan& p) { p.scope.tasks_max = 1; },
        [](LaunchPlan& p) { p.scope.memory_max = 1; },
        [](LaunchPlan& p) { p.scope.tuning.reset(); },
        [](LaunchPlan& p) { p.scope.tuning->cpu_weight = 1; },
        [](LaunchPlan& p) { p.scope.tuning->cpu_quota_usec = 1; },
        [](LaunchPlan& p) { p.scope.tuning->cpu_period_usec = 1; },
        [](LaunchPlan& p) { p.scope.tuning->memory_high = 1; },
        [](LaunchPlan& p) { p.scope.tuning->memory_low = 1; },
        [](LaunchPlan& p) { p.scope.tuning->memory_swap_max = 1; },
        [](LaunchPlan& p) { p.scope.tuning->io_weight = 1; },
        [](LaunchPlan& p) { p.scope.tuning->io[0].write_operations = 1; },
        [](LaunchPlan& p) { p.scope.tuning->processors = "7"; },
        [](LaunchPlan& p) { p.scope.tuning->memory_nodes = "7"; },
        [](LaunchPlan& p) { p.scope.tuning->threads[1].number = 7; },
        [](LaunchPlan& p) { p.asked.hard_limit = 1; },
        [](LaunchPlan& p) { p.asked.own_uuid = false; },
        [](LaunchPlan& p) { p.asked.memory = 1; },
        [](LaunchPlan& p) { p.asked.emulator.clear(); },
        [](LaunchPlan& p) { p.scope.stop_timeout_usec = 1; },
        [](LaunchPlan& p) { p.scope.delegate.clear(); },
        [](LaunchPlan& p) { p.scope.device_filter = false, p.scope.devices.clear(); },
        [](LaunchPlan& p) { p.process.working_directory = "/tmp"; },
        [](LaunchPlan& p) { p.process.no_new_privs_before_exec = true; },
        [](LaunchPlan& p) { p.process.expect_no_new_privs = false; },
        [](LaunchPlan& p) { p.process.expect_seccomp = false; },
        [](LaunchPlan& p) { p.process.identity.groups.pop_back(); },
        [](LaunchPlan& p) { p.process.limits[0].value = 7; },
        [](LaunchPlan& p) { p.process.fds[2].truncate = false; },
        [](LaunchPlan& p) { p.shim.account.gid.value = 1; },
        [](LaunchPlan& p) { p.files[0].owner.reset(); },
        [](LaunchPlan& p) { p.files[0].id.inode = 1; },
        [](LaunchPlan& p) { p.files[1].device.minor = 9; },
        [](LaunchPlan& p) { p.files[1].sharing = FileGrant::Sharing::readonly; },
        [](LaunchPlan& p) { p.attendants[0].argv.pop_back(); },
        [](LaunchPlan& p) { p.attendants[0].fd = 4; },
        [](LaunchPlan& p) { p.attendants[0].because = "x"; },
        [](LaunchPlan& p) { p.directories[0].owner.uid.value = 1; },
        [](LaunchPlan& p) { p.directories[0].label.clear(); },
        [](LaunchPlan& p) { p.security.category_low = 3; },
        [](LaunchPlan& p) { p.restart_on_poweroff = false; },
        [](LaunchPlan& p) { p.decisions[1].because = "x"; },
    };
    for (std::size_t i = 0; i < changes.size(); ++i) {
        auto plan = sample_plan();
        changes[i](plan);
        ASSERT_NE(plan, sample_plan()) << i;
        const auto back = decode(encode(plan));
        ASSERT_TRUE(back) << i;
        EXPECT_EQ(*back, plan) << i;
    }
}

TEST(PlanCodec, RefusesEveryTruncation) {
    const auto bytes = encode(sample_plan());
    for (std::size_t size = 0; size < bytes.size(); ++size)
        EXPECT_FALSE(decode(std::string_view(bytes).substr(0, size))) << size;
}

TEST(PlanCodec, RefusesTrailingBytes) {
    EXPECT_FALSE(decode(encode(sample_plan()) + '\0'));
}

TEST(PlanCodec, RefusesAnotherMagicOrLayout) {
    const auto bytes = encode(sample_plan());
    for (std::size_t i = 0; i < 16; ++i) {
        auto other = bytes;
        other[i] = static_cast<char>(other[i] ^ 1);
        EXPECT_FALSE(decode(other)) << i;
    }
}

TEST(PlanCodec, FlippedBitsAreRefusedOrAnotherPlanWithOneEncoding) {
    const auto bytes = encode(sample_plan());
    for (std::size_t bit = 0; bit < bytes.size() * 8; ++bit) {
        auto other = bytes;
        other[bit / 8] = static_cast<char>(other[bit / 8] ^ (1 << (bit % 8)));
        const auto back = decode(other);
        if (!back) continue;
        ASSERT_NE(*back, sample_plan()) << bit;
        ASSERT_EQ(encode(*back), other) << bit;
    }
}

TEST(PlanCodec, RefusesALengthBeyondTheInputWithoutAllocatingIt) {
    auto bytes = encode(LaunchPlan{});
    bytes.replace(16, 4, "\xff\xff\xff\xff"); // the length of the name
    EXPECT_FALSE(decode(bytes));
}

TEST(PlanCodec, RefusesWhatIsOverTheLimits) {
    auto plan = sample_plan();
    plan.process.argv.back().assign(max_string_bytes, 'x');
    EXPECT_TRUE(decode(encode(plan)));
    plan.process.argv.back() += 'x';
    EXPECT_FALSE(decode(encode(plan)));

    plan = sample_plan();
    plan.process.argv.assign(max_list_items, "x");
    EXPECT_TRUE(decode(encode(plan)));
    plan.process.argv.emplace_back("x");
    EXPECT_FALSE(decode(encode(plan)));

    EXPECT_FALSE(decode(std::string(max_encoded_bytes + 1, 'x')));
}

TEST(PlanCodec, RefusesANulWithinAString) {
    auto plan = sample_plan();
    plan.process.argv[1] = std::string("-na\0me", 6);
    EXPECT_FALSE(decode(encode(plan)));
}

TEST(PlanCodec, RandomPlansComeBack) {
    std::mt19937_64 random(20090714); // NOLINT(cert-msc51-cpp): the same plans each time
    const auto number = [&](std::uint64_t end) { return random() % end; };
    const auto text = [&] { return std::string(number(40), static_cast<char>('a' + number(26))); };
    for (int round = 0; round < 500; ++round) {
        auto plan = sample_plan();
        plan.scope.tasks_max = random();
        plan.process.argv.clear();
        for (std::uint64_t i = 0; i <= number(20); ++i)
            plan.process.argv.push_back(text());
        plan.process.identity.uid.value = static_cast<std::uint32_t>(random());
        plan.files.resize(number(4));
        for (auto& file : plan.files) {
            file.path = "/" + text();
            file.resolved = "/" + text();
            file.id = {random(), random()};
            if (number(2) == 0) file.owner = Owner{Uid{static_cast<std::uint32_t>(random())}, {}};
        }
        plan.decisions.assign(number(5), {text(), text(), text()});
        const auto back = decode(encode(plan));
        ASSERT_TRUE(back) << round;
        ASSERT_EQ(*back, plan) << round;
    }
}

} // namespace
} // namespace vmwarden::plan
