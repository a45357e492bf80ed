// SPDX-License-Identifier: LGPL-2.1-or-later
#include "src/qemuconf/policy_text.h"

#include <gtest/gtest.h>

#include <array>

namespace vmwarden::qemuconf {
namespace {

const std::array lines = {
    PolicyLine{"max_files", "limits.open_files", {3, 1, 1}, {}, {false, {"9"}, {}}},
    PolicyLine{"user", "user", {4, 1, 1}, {}, {false, {"'qemu'"}, {}}},
    PolicyLine{"cgroup_device_acl", "cgroup_device_acl", {5, 1, 1}, {}, {true, {}, {}}},
    PolicyLine{"max_processes", "limits.processes", {7, 1, 1}, {}, {false, {"5"}, "of one"}},
    PolicyLine{"x", "list", {8, 1, 1}, {}, {true, {"a", "b"}, {}}},
};

bool all(std::string_view) {
    return true;
}
bool none(std::string_view) {
    return false;
}
bool open_files(std::string_view key) {
    return key == "limits.open_files";
}

TEST(PolicyText, PutsASectionTogether) {
    EXPECT_EQ(policy_text("q.conf", lines, all),
              "version: 1\n"
              "# What q.conf sets and this policy has a key for.\n"
              "\n"
              "limits:\n"
              "  # q.conf:3: max_files\n"
              "  open_files: 9\n"
              "  # q.conf:7: max_processes; of one\n"
              "  processes: 5\n"
              "\n"
              "# q.conf:4: user\n"
              "user: 'qemu'\n"
              "\n"
              "# q.conf:5: cgroup_device_acl\n"
              "cgroup_device_acl: []\n"
              "\n"
              "# q.conf:8: x\n"
              "list:\n"
              "  - a\n"
              "  - b\n");
}

TEST(PolicyText, CommentsOutKeysThatAreNotKnown) {
    const auto text = policy_text("q.conf", lines, open_files);
    EXPECT_NE(text.find("limits:\n  # q.conf:3: max_files\n  open_files: 9\n\n"), text.npos)
        << text;
    EXPECT_NE(text.find("# q.conf:7: max_processes; of one\n"
                        "# This version has no such key yet:\n"
                        "# limits:\n"
                        "#   processes: 5\n"),
              text.npos)
        << text;
    EXPECT_NE(text.find("# list:\n#   - a\n#   - b\n"), text.npos) << text;
}

TEST(PolicyText, OfNoKnownKeyIsTheVersion) {
    std::string_view text;
    const auto whole = policy_text("a\nuser: root", lines, none);
    text = whole;
    EXPECT_TRUE(text.starts_with("version: 1\n"));
    text.remove_prefix(text.find('\n') + 1);
    for (; !text.empty(); text.remove_prefix(text.find('\n') + 1))
        EXPECT_TRUE(text.starts_with('#') || text.starts_with('\n')) << text;
}

} // namespace
} // namespace vmwarden::qemuconf
