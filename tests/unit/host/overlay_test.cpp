// SPDX-License-Identifier: LGPL-2.1-or-later
#include "agent/host/overlay.h"

#include "agent/host/image_header.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <sys/stat.h>
#include <system_error>

namespace vmwarden::host {
namespace {

TEST(Overlay, HasAHeaderThatNamesNothing) {
    constexpr std::uint64_t bytes = 3ULL << 30;
    const auto image = empty_qcow2(bytes);
    ASSERT_TRUE(begins_like_qcow2(image));
    const auto fact = image_fact(std::span(image).first(image_header_bytes), "/a");
    ImageFact empty;
    empty.disk_bytes = bytes;
    EXPECT_EQ(fact, empty);
}

TEST(Overlay, HasNoName) {
    auto name = (std::filesystem::temp_directory_path() / "overlay-XXXXXX").string();
    ASSERT_NE(::mkdtemp(name.data()), nullptr);
    const auto file = make_overlay(name, 1ULL << 40);
    struct stat status {};
    ASSERT_EQ(::fstat(file.get(), &status), 0);
    EXPECT_EQ(status.st_nlink, 0U);
    EXPECT_EQ(status.st_mode & 0777U, 0600U);
    // Three clusters and the L1 table of 2048 entries, of which nothing is written.
    EXPECT_EQ(status.st_size, 4 * 65536);
    EXPECT_TRUE(std::filesystem::is_empty(name));
    std::filesystem::remove(name);
}

TEST(Overlay, OfAnImpossibleSizeIsAnError) {
    EXPECT_THROW(make_overlay("/tmp", 0), std::system_error);
    EXPECT_THROW(make_overlay("/tmp", ~0ULL), std::system_error);
    EXPECT_THROW(make_overlay("/nonexistent", 512), std::system_error);
}

} // namespace
} // namespace vmwarden::host
