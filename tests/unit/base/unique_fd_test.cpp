// SPDX-License-Identifier: LGPL-2.1-or-later
#include "src/base/scope_exit.h"
#include "src/base/unique_fd.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/eventfd.h>

namespace vmwarden {
namespace {

bool is_open(int fd) {
    return ::fcntl(fd, F_GETFD) >= 0;
}
UniqueFd some_fd() {
    return UniqueFd(::eventfd(0, EFD_CLOEXEC));
}

TEST(UniqueFd, ClosesWhenItGoes) {
    int number = -1;
    {
        const auto fd = some_fd();
        number = fd.get();
        ASSERT_TRUE(is_open(number));
    }
    EXPECT_FALSE(is_open(number));
}

TEST(UniqueFd, MoveAssignmentClosesWhatItHeld) {
    auto first = some_fd();
    auto second = some_fd();
    const int lost = first.get();
    const int kept = second.get();
    first = std::move(second);
    EXPECT_FALSE(is_open(lost));
    EXPECT_EQ(first.get(), kept);
    EXPECT_TRUE(is_open(kept));
}

TEST(UniqueFd, SelfMoveKeepsTheDescriptor) {
    auto fd = some_fd();
    const int number = fd.get();
    auto& same = fd;
    fd = std::move(same);
    EXPECT_EQ(fd.get(), number);
    EXPECT_TRUE(is_open(number));
}

TEST(UniqueFd, ReleaseLeavesItOpen) {
    auto fd = some_fd();
    const UniqueFd taken(fd.release());
    EXPECT_FALSE(fd);
    EXPECT_TRUE(is_open(taken.get()));
}

TEST(ScopeExit, RunsUnlessDismissed) {
    int runs = 0;
    {
        const ScopeExit undo([&] { ++runs; });
    }
    EXPECT_EQ(runs, 1);
    {
        ScopeExit undo([&] { ++runs; });
        undo.dismiss();
    }
    EXPECT_EQ(runs, 1);
}

} // namespace
} // namespace vmwarden
