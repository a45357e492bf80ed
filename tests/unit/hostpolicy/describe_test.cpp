// SPDX-License-Identifier: LGPL-2.1-or-later
#include "src/hostpolicy/describe.h"
#include "src/hostpolicy/keys.h"
#include "src/hostpolicy/read_policy.h"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace vmwarden {
namespace {

constexpr const char* everything = R"(version: 1
user: "+64055"
group: "no"
limits: {memory: 3G, vcpus: 7}
cgroup_device_acl+: [/dev/vfio/vfio]
disks: {allow: ["/srv/a, b", /dev/vg0]}
networks: {"odd: name": {type: user}}
lock: [slice, limits]
rules:
  - match: {name: "web-*", memory: ">=8G", emulator: /usr/bin/qemu-system-x86_64}
    set:
      user: "+7"
      limits: {memory: 16G, processes: 9}
      cgroup_device_acl-: [/dev/kvm]
      disks: {deny+: [/srv/secret]}
  - match: {uuid: c7a5fdbd-edaf-9455-926a-d65c16db1809}
    set: {seccomp_sandbox: false}
)";

HostPolicy policy_of(const std::string& text) {
    const PolicyFile file{"a.yaml", text};
    auto read = read_policy({&file, 1});
    EXPECT_TRUE(read.policy.has_value()) << render(read.diagnostics, {&file, 1});
    return read.policy.value_or(HostPolicy());
}

TEST(PolicyText, IsAFileThatGivesThePolicyAgain) {
    for (const std::string& text : {std::string("version: 1\n"), std::string(everything)}) {
        const std::string shown = policy_text(policy_of(text), false);
        EXPECT_EQ(policy_text(policy_of(shown), false), shown);
        EXPECT_NE(shown.find("version: 1\n"), std::string::npos);
    }
}

TEST(PolicyText, HoldsEveryValue) {
    const std::string shown = policy_text(policy_of(everything), false);
    for (const char* line :
         {"user: \"+64055\"\n", "  memory: 3G\n", "  vcpus: 7\n", "lock: [slice, limits]\n",
          "/dev/vfio/vfio", "\"/srv/a, b\"", "      user: \"+7\"\n", "        processes: 9\n",
          "      cgroup_device_acl-: [/dev/kvm]\n", "        deny+: [/srv/secret]\n"})
        EXPECT_NE(shown.find(line), std::string::npos) << line << "\nin\n" << shown;
}

TEST(PolicyText, TellsTheLineThatDecided) {
    const std::string shown = policy_text(policy_of(everything), true);
    EXPECT_NE(shown.find("user: \"+64055\" # policy a.yaml:2:1\n"), std::string::npos) << shown;
    EXPECT_NE(shown.find("slice: machine.slice # built-in default\n"), std::string::npos);
    EXPECT_NE(shown.find("        processes: 9 # policy a.yaml:13:29\n"), std::string::npos);
    EXPECT_EQ(policy_text(policy_of(shown), false), policy_text(policy_of(everything), false));
}

TEST(JsonSchema, HasEveryKeyWithItsMeaning) {
    const auto schema = nlohmann::json::parse(policy_json_schema());
    const auto& rule = schema["properties"]["rules"]["items"]["properties"]["set"];
    for (const auto& key : hostpolicy::keys()) {
        std::string pointer = "/properties/" + std::string(key.name);
        if (const auto dot = pointer.find('.'); dot != std::string::npos)
            pointer.replace(dot, 1, "/properties/");
        const nlohmann::json::json_pointer place(pointer);
        ASSERT_TRUE(schema.contains(place)) << key.name;
        EXPECT_EQ(schema.at(place)["description"], key.meaning);
        EXPECT_EQ(rule.contains(place), key.scope == hostpolicy::Key::Scope::guest) << key.name;
        const nlohmann::json::json_pointer added(pointer + "+");
        EXPECT_EQ(schema.contains(added), hostpolicy::is_list(key)) << key.name;
    }
    EXPECT_FALSE(schema["additionalProperties"].get<bool>());
}

TEST(ManualKeys, HasEveryKey) {
    const auto manual = policy_manual_keys();
    for (const auto& key : hostpolicy::keys())
        EXPECT_NE(manual.find(".It Cm " + std::string(key.name) + "\n"), std::string::npos);
}

} // namespace
} // namespace vmwarden
