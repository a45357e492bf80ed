// SPDX-License-Identifier: LGPL-2.1-or-later
#include "agent/executor/undo.h"

#include <gtest/gtest.h>
#include <stdexcept>

namespace vmwarden::executor {
namespace {

TEST(Undo, goes_backwards_and_past_failures_and_reports_them) {
    std::string order;
    Undo undo;
    undo.push("one", [&] { order += "1"; });
    undo.push("two", [&] { throw std::runtime_error("stuck"); });
    undo.push("three", [&] { order += "3"; });
    EXPECT_EQ(std::vector<std::string>{"two could not be taken back: stuck"}, undo.run());
    EXPECT_EQ("31", order);
    EXPECT_TRUE(undo.run().empty());
    EXPECT_EQ("31", order);
}

TEST(Undo, forgets_when_all_went_well) {
    Undo undo;
    undo.push("x", [] { throw std::runtime_error("ran"); });
    undo.forget();
    EXPECT_TRUE(undo.run().empty());
}

} // namespace
} // namespace vmwarden::executor
