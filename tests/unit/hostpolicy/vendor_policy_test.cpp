// SPDX-License-Identifier: LGPL-2.1-or-later
// The installed default policy is what holds without any file, so that neither can drift.
#include "src/hostpolicy/keys.h"
#include "src/hostpolicy/read_policy.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <iterator>

namespace vmwarden {
namespace {

PolicyFile vendor_policy() {
    const char* path = std::getenv("VENDOR_POLICY");
    std::ifstream stream(path ? path : "policy/10-vendor.yaml", std::ios::binary);
    EXPECT_TRUE(stream);
    return {"10-vendor.yaml", {std::istreambuf_iterator<char>(stream), {}}};
}

template <class Value>
void forget_origin(Setting<Value>& setting) {
    setting.origin = {};
}
template <class Value>
void forget_origin(Setting<std::vector<Setting<Value>>>& list) {
    list.origin = {};
    for (auto& item : list.value)
        item.origin = {};
}

TEST(VendorPolicy, PassesItsOwnCheckWithoutAWarning) {
    const auto file = vendor_policy();
    EXPECT_EQ(render(read_policy({&file, 1}).diagnostics, std::span(&file, 1)), "");
}

TEST(VendorPolicy, SetsEveryKeyToTheBuiltInValue) {
    const auto file = vendor_policy();
    auto policy = read_policy({&file, 1}).policy;
    ASSERT_TRUE(policy);
    for (const auto& key : hostpolicy::keys())
        std::visit(
            [&](auto member) {
                EXPECT_EQ(((*policy).*member).origin.kind, Origin::Kind::policy) << key.name;
                forget_origin((*policy).*member);
            },
            key.slot);
    EXPECT_EQ(*policy, built_in_policy());
}

} // namespace
} // namespace vmwarden
