// SPDX-License-Identifier: LGPL-2.1-or-later
#include "src/domain/network_source.h"

#include <gtest/gtest.h>

namespace vmwarden {
namespace {

TEST(NetworkSource, IsTakenApart) {
    const auto whole = network_source("https://images.example:8443/a/b.iso?sig=1?2");
    ASSERT_TRUE(whole);
    EXPECT_EQ(whole->protocol, "https");
    EXPECT_EQ(whole->host, "images.example");
    EXPECT_EQ(whole->port, "8443");
    EXPECT_EQ(whole->name, "a/b.iso");
    EXPECT_EQ(whole->query, "sig=1?2");
    EXPECT_TRUE(is_read_only(*whole));
}

TEST(NetworkSource, KnowsColonsOfAddresses) {
    const auto bare = network_source("nbd://[2001:db8::1]/");
    ASSERT_TRUE(bare);
    EXPECT_EQ(bare->host, "[2001:db8::1]");
    EXPECT_EQ(bare->port, "");
    EXPECT_EQ(bare->name, "");
    const auto port = network_source("nbd://[::1]:10809/export");
    ASSERT_TRUE(port);
    EXPECT_EQ(port->host, "[::1]");
    EXPECT_EQ(port->port, "10809");
    EXPECT_FALSE(is_read_only(*port));
}

TEST(NetworkSource, OthersAreNone) {
    for (const char* url : {"", "/srv/a.img", "rbd://pool/image", "nbd:///a", "https", "://h/"})
        EXPECT_FALSE(network_source(url)) << url;
}

} // namespace
} // namespace vmwarden
