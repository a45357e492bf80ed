// SPDX-License-Identifier: LGPL-2.1-or-later
#include "src/hostpolicy/candidate.h"

#include <gtest/gtest.h>

namespace vmwarden {
namespace {

std::vector<std::string> names(const std::string& name) {
    const std::vector<PolicyFile> tree{{"/usr/lib/vmwarden/policy.d/10-vendor.yaml", "a"},
                                       {"/etc/vmwarden/policy.d/50-site.yaml", "b"},
                                       {"/run/vmwarden/policy.d/60-site.yaml", "c"}};
    std::vector<std::string> out;
    for (const auto& file : with_candidate(tree, {"candidate", "new"}, name))
        out.push_back(file.name);
    return out;
}

TEST(PolicyCandidate, StandsWhereItsNamePutsIt) {
    const std::string vendor = "/usr/lib/vmwarden/policy.d/10-vendor.yaml";
    const std::string early = "/etc/vmwarden/policy.d/50-site.yaml";
    const std::string late = "/run/vmwarden/policy.d/60-site.yaml";
    using Names = std::vector<std::string>;
    EXPECT_EQ(names("05-first.yaml"), (Names{"candidate", vendor, early, late}));
    EXPECT_EQ(names("55-site.yaml"), (Names{vendor, early, "candidate", late}));
    EXPECT_EQ(names("99-last.yaml"), (Names{vendor, early, late, "candidate"}));
}

TEST(PolicyCandidate, StandsInForEveryFileOfItsName) {
    EXPECT_EQ(names("60-site.yaml").size(), 3U);
    EXPECT_EQ(names("60-site.yaml").back(), "candidate");
    EXPECT_EQ(names("10-vendor.yaml").front(), "candidate");
}

TEST(PolicyCandidate, HasAPolicyFilesName) {
    EXPECT_TRUE(is_policy_file_name("60-site.yaml"));
    EXPECT_TRUE(is_policy_file_name(std::string(235, 'x') + ".yaml"));
    for (const auto* name : {"", ".yaml", ".hidden.yaml", "x.conf", "x.yaml~", "../x.yaml",
                             "a/b.yaml", "a\n.yaml", "a\xff.yaml"})
        EXPECT_FALSE(is_policy_file_name(name)) << name;
    EXPECT_FALSE(is_policy_file_name(std::string(236, 'x') + ".yaml"));
}

} // namespace
} // namespace vmwarden
