// SPDX-License-Identifier: LGPL-2.1-or-later
#include "agent/supervisor/workers.h"

#include <algorithm>
#include <condition_variable>
#include <gtest/gtest.h>

namespace vmwarden::supervisor {
namespace {

TEST(WorkersTest, HandsResultsToTheLoopThread) {
    Loop loop;
    Workers workers(loop, 2);
    std::thread::id worked;
    std::thread::id told;
    workers.run<int>(
        [&] {
            worked = std::this_thread::get_id();
            return 7;
        },
        [&](const Outcome<int>& outcome) {
            EXPECT_EQ(std::get<int>(outcome), 7);
            told = std::this_thread::get_id();
            loop.stop();
        });
    EXPECT_EQ(workers.unfinished(), 1U);
    loop.run();
    EXPECT_EQ(workers.unfinished(), 0U);
    EXPECT_EQ(told, std::this_thread::get_id());
    EXPECT_NE(worked, told);
}

// Each waits for the other: with one thread this would never end.
TEST(WorkersTest, WorkAtOnce) {
    Loop loop;
    Workers workers(loop, 2);
    std::mutex mutex;
    std::condition_variable changed;
    int arrived = 0;
    int told = 0;
    const auto meet = [&] {
        std::unique_lock lock(mutex);
        ++arrived;
        changed.notify_all();
        changed.wait(lock, [&] { return arrived == 2; });
        return Done();
    };
    const auto tell = [&](const Outcome<Done>&) {
        if (++told == 2) loop.stop();
    };
    workers.run<Done>(meet, tell);
    workers.run<Done>(meet, tell);
    loop.run();
    EXPECT_EQ(told, 2);
}

TEST(WorkersTest, OneThreadKeepsTheOrder) {
    Loop loop;
    Workers workers(loop, 1);
    std::vector<int> order;
    constexpr int count = 100;
    for (int i = 0; i < count; ++i)
        workers.run<int>([i] { return i; },
                         [&](const Outcome<int>& outcome) {
                             order.push_back(std::get<int>(outcome));
                             if (order.size() == count) loop.stop();
                         });
    loop.run();
    EXPECT_TRUE(std::is_sorted(order.begin(), order.end()));
}

TEST(WorkersTest, WhatIsThrownBecomesANeutralFailure) {
    Loop loop;
    Workers workers(loop, 1);
    Failure seen;
    workers.run<Done>([]() -> Done { throw std::runtime_error("secret"); },
                      [&](const Outcome<Done>& outcome) {
                          seen = std::get<Failure>(outcome);
                          loop.stop();
                      });
    loop.run();
    EXPECT_EQ(seen.kind, Failure::Kind::operation_failed);
    EXPECT_EQ(seen.message.find("secret"), std::string::npos);
}

TEST(LoopTest, EndsWithWhatACallbackThrows) {
    Loop loop;
    loop.post([] { throw std::runtime_error("bug"); });
    EXPECT_THROW(loop.run(), std::runtime_error);
}

TEST(LoopTest, ATimerMayDropItself) {
    Loop loop;
    Loop::Source timer;
    timer = loop.after(std::chrono::microseconds(1), [&] {
        timer = {};
        loop.stop();
    });
    loop.run();
    EXPECT_FALSE(timer);
}

} // namespace
} // namespace vmwarden::supervisor
