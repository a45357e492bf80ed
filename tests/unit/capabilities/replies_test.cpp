// SPDX-License-Identifier: LGPL-2.1-or-later
#include "tests/doubles/emulator_replies.h"

#include <gtest/gtest.h>

namespace vmwarden::tests {
namespace {

using nlohmann::json;
enum : std::size_t { version, target, machines, accelerators, kvm, cpus, devices, commands };

class Replies : public testing::Test {
  protected:
    std::vector<json> replies = sample_replies();

    EmulatorAbilities read() { return std::get<EmulatorAbilities>(read_abilities(replies)); }
    std::string error() {
        const auto result = read_abilities(replies);
        const auto* why = std::get_if<std::string>(&result);
        return why != nullptr ? *why : "";
    }
};

TEST_F(Replies, AreReadAndSorted) {
    const auto read = this->read();
    EXPECT_EQ(read.major, 7U);
    EXPECT_EQ(read.minor, 2U);
    EXPECT_EQ(read.micro, 22U);
    EXPECT_EQ(read.package, "Debian 1:7.2+dfsg-7+deb12u18+b3");
    EXPECT_EQ(read.target, "x86_64");
    EXPECT_TRUE(read.tcg);
    EXPECT_TRUE(read.kvm);
    const std::vector<MachineType> wanted{{"pc-i440fx-1.4", "", 255, false, true},
                                          {"pc-i440fx-7.2", "pc", 255, true, false},
                                          {"pc-q35-7.2", "q35", 288, false, false}};
    EXPECT_EQ(read.machines, wanted);
    EXPECT_EQ(read.cpu_models, (std::vector<CpuModel>{{"max", false}, {"qemu64", false}}));
    EXPECT_EQ(read.devices,
              (std::vector<std::string>{"pcie-pci-bridge", "vhost-user-vsock-device"}));
    EXPECT_EQ(read.commands, (std::vector<std::string>{"device_add", "query-stats"}));
}

TEST_F(Replies, MayLackWhatIsNotNeeded) {
    for (const auto question : {accelerators, kvm, cpus, devices, commands})
        replies[question] = nullptr;
    const auto read = this->read();
    EXPECT_TRUE(read.tcg);
    EXPECT_FALSE(read.kvm);
    EXPECT_TRUE(read.cpu_models.empty());
    EXPECT_EQ(read.machines.size(), 3U);
}

TEST_F(Replies, SayWhichAcceleratorsAreBuiltIn) {
    replies[accelerators] = json::parse(R"([{"name": "kvm-accel"}, {"name": "qtest-accel"}])");
    EXPECT_FALSE(read().tcg);
    replies[accelerators] = json::array();
    EXPECT_TRUE(read().tcg);
}

TEST_F(Replies, OfTheFirstThreeNoneMayBeMissing) {
    for (const auto question : {version, target, machines}) {
        replies = sample_replies();
        replies[question] = nullptr;
        EXPECT_NE(error(), "") << question;
    }
    replies.clear();
    EXPECT_EQ(error(), "its answer to query-version is none");
}

TEST_F(Replies, OfAnyOtherShapeAreNone) {
    const std::vector<std::pair<std::size_t, const char*>> wrong{
        {version, R"({"qemu": {"major": 7, "minor": 2}})"},
        {version, R"({"qemu": {"major": -7, "minor": 2, "micro": 0}})"},
        {version, R"([])"},
        {version, R"({"qemu": 7})"},
        {target, R"({"arch": ""})"},
        {target, R"({"arch": "x86\n64"})"},
        {target, R"("x86_64")"},
        {machines, R"({"name": "pc"})"},
        {machines, R"([{"name": "pc"}])"},
        {machines, R"([{"name": "pc", "cpu-max": 1e3}])"},
        {machines, R"([{"name": "pc", "cpu-max": 99999999999}])"},
        {machines, R"([{"name": "pc", "cpu-max": 1, "alias": 7}])"},
        {machines, R"([{"name": "pc\u202e", "cpu-max": 1}])"},
        {machines, R"([7])"},
        {accelerators, R"([{}])"},
        {kvm, R"({"present": "yes"})"},
        {cpus, R"([{"name": 7}])"},
        {devices, R"(["pcie-pci-bridge"])"},
        {commands, R"("all")"},
    };
    for (const auto& [question, text] : wrong) {
        replies = sample_replies();
        replies[question] = json::parse(text);
        EXPECT_EQ(error(), "its answer to " + std::string(emulator_questions()[question].command) +
                               " is none")
            << text;
    }
}

TEST_F(Replies, AreBounded) {
    replies[devices] = json::array();
    for (int i = 0; i < 16 * 1024; ++i)
        replies[devices].push_back({{"name", "device"}});
    EXPECT_EQ(error(), "");
    replies[devices].push_back({{"name", "device"}});
    EXPECT_NE(error(), "");
    replies = sample_replies();
    replies[target] = {{"arch", std::string(257, 'x')}};
    EXPECT_NE(error(), "");
}

} // namespace
} // namespace vmwarden::tests
