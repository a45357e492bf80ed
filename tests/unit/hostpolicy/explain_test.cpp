// SPDX-License-Identifier: LGPL-2.1-or-later
#include "src/hostpolicy/explain.h"

#include "src/hostpolicy/keys.h"

#include <gtest/gtest.h>

#include <fstream>
#include <regex>

namespace vmwarden {
namespace {

const std::vector<PolicyFile> files = {
    {"10.yaml", R"(version: 1
limits: {memory: 8G}
lock: [limits]
networks: {inner: {type: user}}
)"},
    {"20.yaml", R"(version: 1
cgroup_device_acl+: [/dev/vfio/vfio]
rules:
  - match: {name: "web-*"}
    set: {limits: {memory: 4G}}
  - match: {name: "web-1"}
    set: {cgroup_device_acl-: [/dev/kvm]}
)"}};

ReadPolicy read_files() {
    // A rule may not go round the lock of an earlier file either, so this one has no lock.
    auto unlocked = files;
    unlocked[0].text.erase(unlocked[0].text.find("lock"), sizeof "lock: [limits]");
    return read_policy(unlocked);
}

GuestTraits guest(std::string name) {
    GuestTraits traits;
    traits.name = std::move(name);
    return traits;
}

TEST(ExplainKey, TellsEveryLineThatHadASay) {
    const auto read = read_files();
    ASSERT_TRUE(read.policy) << render(read.diagnostics, files);
    const auto found = explain_key(read, "limits.memory");
    ASSERT_TRUE(found);
    EXPECT_EQ(found->value, "8G");
    EXPECT_EQ(found->origin.text(), "policy 10.yaml:2:10");
    ASSERT_EQ(found->changes.size(), 3U);
    EXPECT_EQ(found->changes[0].origin.text(), "built-in default");
    EXPECT_EQ(found->changes[0].value, "256G");
    EXPECT_FALSE(found->changes[0].counts);
    EXPECT_TRUE(found->changes[1].counts);
    EXPECT_EQ(found->changes[2].match, "{name: web-*}");
    EXPECT_FALSE(found->changes[2].counts) << "no guest was asked about";
    EXPECT_FALSE(found->lock);
    EXPECT_EQ(found->meaning, hostpolicy::find_key("limits.memory")->meaning);
}

TEST(ExplainKey, AppliesTheRulesForAGuest) {
    const auto read = read_files();
    const auto web = guest("web-7");
    const auto found = explain_key(read, "limits.memory", &web);
    ASSERT_TRUE(found);
    EXPECT_EQ(found->value, "4G");
    EXPECT_EQ(found->origin.text(), "policy 20.yaml:5:20");
    ASSERT_EQ(found->changes.size(), 3U);
    EXPECT_FALSE(found->changes[1].counts);
    EXPECT_TRUE(found->changes[2].counts);

    const auto other = guest("db");
    EXPECT_EQ(explain_key(read, "limits.memory", &other)->value, "8G");
}

TEST(ExplainKey, ListsAddUp) {
    const auto read = read_files();
    const auto web = guest("web-1");
    const auto found = explain_key(read, "cgroup_device_acl", &web);
    ASSERT_TRUE(found);
    ASSERT_EQ(found->changes.size(), 3U);
    for (const auto& change : found->changes)
        EXPECT_TRUE(change.counts) << change.value;
    EXPECT_EQ(found->changes[1].kind, ChangeKind::add);
    EXPECT_EQ(found->changes[1].value, "[/dev/vfio/vfio]");
    EXPECT_EQ(found->changes[2].kind, ChangeKind::remove);
    EXPECT_EQ(found->value.find("/dev/kvm,"), std::string::npos);

    const auto networks = explain_key(read, "networks");
    EXPECT_TRUE(networks->changes[0].counts) << "networks are joined, not replaced";
}

TEST(ExplainKey, TellsTheLock) {
    const auto read = read_policy({files.data(), 1});
    ASSERT_TRUE(read.policy);
    const auto found = explain_key(read, "limits.vcpus");
    ASSERT_TRUE(found && found->lock);
    EXPECT_EQ(found->lock->text(), "policy 10.yaml:3:8");
    EXPECT_FALSE(explain_key(read, "user")->lock);
    EXPECT_FALSE(explain_key(read, "nonsense"));
}

TEST(PolicyEntries, AreAllKeysAndTheRules) {
    const auto read = read_files();
    const auto entries = policy_entries(*read.policy);
    ASSERT_EQ(entries.size(), hostpolicy::keys().size() + 2);
    EXPECT_EQ(entries[0], (PolicyEntry{"version", "1", entries[0].origin}));
    const auto& rule = entries[hostpolicy::keys().size() + 1];
    EXPECT_EQ(rule.key, "rules[1]");
    EXPECT_EQ(rule.value, "{match: {name: web-1}, set: {cgroup_device_acl-: [/dev/kvm]}}");
    EXPECT_EQ(rule.origin.text(), "policy 20.yaml:6:5");
}

// The header is the list of codes: none may go without words.
TEST(CodeMeanings, AreThereForEveryCode) {
    std::ifstream header(CODES_HEADER);
    const std::string text{std::istreambuf_iterator<char>(header), {}};
    const std::regex code("\"(P[0-9]{4})\"");
    unsigned count = 0;
    for (std::sregex_iterator found(text.begin(), text.end(), code), end; found != end; ++found) {
        EXPECT_FALSE(meaning_of_code(found->str(1)).empty()) << found->str(1);
        ++count;
    }
    EXPECT_EQ(count, code_meanings().size());
    EXPECT_GT(count, 50U);
    EXPECT_TRUE(meaning_of_code("P9999").empty());
}

} // namespace
} // namespace vmwarden
