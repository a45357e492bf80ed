// SPDX-License-Identifier: LGPL-2.1-or-later
// The installed default policy is what holds without any file, and says what the table of keys
// says, so that none can drift.
#include "src/hostpolicy/keys.h"
#include "src/hostpolicy/read_policy.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <sstream>

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

// Comment lines joined, so that a sentence is found however it is wrapped; '\n' around other lines.
std::string comments_of(const std::string& text) {
    std::istringstream lines(text);
    std::string out;
    for (std::string line; std::getline(lines, line);) {
        const auto first = line.find_first_not_of(' ');
        const bool comment = first != std::string::npos && line[first] == '#';
        out += comment ? line.substr(std::min(first + 1, line.size())) : "\n" + line + "\n";
        EXPECT_LE(line.size(), 100U) << line;
    }
    return out;
}

TEST(VendorPolicy, ExplainsEveryKeyRightBeforeIt) {
    const auto comments = comments_of(vendor_policy().text);
    for (const auto& key : hostpolicy::keys()) {
        const auto name = key.name.substr(key.name.find('.') + 1);
        const bool in_section = key.name != name;
        const auto section = key.name.substr(0, key.name.size() - name.size() - in_section);
        const auto from = in_section ? comments.find("\n" + std::string(section) + ":") : 0;
        const auto place = comments.find(
            "\n" + std::string(in_section ? 2 : 0, ' ') + std::string(name) + ":", from);
        ASSERT_NE(place, std::string::npos) << key.name;
        const auto begin = comments.rfind('\n', place - 1) + 1;
        const auto comment = comments.substr(begin, place - begin);
        // The first letter may be a capital.
        EXPECT_NE(comment.find(std::string(key.meaning.substr(1)) + "."), std::string::npos)
            << key.name << ": " << comment;
    }
}

} // namespace
} // namespace vmwarden
