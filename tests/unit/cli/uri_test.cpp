// SPDX-License-Identifier: LGPL-2.1-or-later
#include "agent/cli/uri.h"

#include "agent/cli/failure.h"

#include <gtest/gtest.h>

namespace vmwarden::cli {
namespace {

// Every form of the QEMU driver's page.
TEST(Uri, TheSevenFormsOfThePage) {
    EXPECT_EQ(parse_uri("qemu:///session"),
              (ConnectionUri{Instance::session, Transport::unix_socket, "", "", {}}));
    EXPECT_EQ(parse_uri("qemu+unix:///session"),
              (ConnectionUri{Instance::session, Transport::unix_socket, "", "", {}}));
    EXPECT_EQ(parse_uri("qemu:///system"),
              (ConnectionUri{Instance::system, Transport::unix_socket, "", "", {}}));
    EXPECT_EQ(parse_uri("qemu+unix:///system"),
              (ConnectionUri{Instance::system, Transport::unix_socket, "", "", {}}));
    EXPECT_EQ(parse_uri("qemu://example.com/system"),
              (ConnectionUri{Instance::system, Transport::tls, "", "example.com", {}}));
    EXPECT_EQ(parse_uri("qemu+tcp://example.com/system"),
              (ConnectionUri{Instance::system, Transport::tcp, "", "example.com", {}}));
    EXPECT_EQ(parse_uri("qemu+ssh://root@example.com/system"),
              (ConnectionUri{Instance::system, Transport::ssh, "root", "example.com", {}}));
}

TEST(Uri, PortsAndBrackets) {
    EXPECT_EQ(parse_uri("qemu+tcp://[::1]:16509/system"),
              (ConnectionUri{Instance::system, Transport::tcp, "", "[::1]", 16509}));
    EXPECT_EQ(parse_uri("qemu://[fe80::1]/system").host, "[fe80::1]");
}

TEST(Uri, RefusesWhatIsNone) {
    for (const auto* text : {"", "system", "xen:///system", "qemu://", "qemu:///",
                             "qemu:///systems", "qemu+ssh:///system", "qemu+unix://host/system",
                             "qemu://h:0/system", "qemu://h:99999/system", "qemu+http://h/system"})
        EXPECT_THROW(parse_uri(text), UsageError) << text;
}

} // namespace
} // namespace vmwarden::cli
