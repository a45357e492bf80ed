// SPDX-License-Identifier: LGPL-2.1-or-later
// What stands behind a card, and the host's USB devices.
#include "tests/unit/qemu/sample.h"

#include <gtest/gtest.h>

namespace vmwarden::qemu {
namespace {

using namespace sample;

class Network : public testing::Test {
  protected:
    Network() { guest_.interfaces.resize(1); }

    [[nodiscard]] json netdev() const {
        return json::parse(arguments(modern_argv(guest_, context_), "-netdev").at(0));
    }
    [[nodiscard]] bool refused() const { return unsupported(guest_).has_errors(); }

    GuestDefinition guest_ = guest();
    CommandContext context_ = context();
};

TEST_F(Network, descriptors_of_one_queue_and_of_several) {
    guest_.interfaces[0].type = InterfaceType::bridge;
    context_.networks[0] = {{12}};
    EXPECT_EQ(netdev(), json({{"type", "tap"}, {"id", "net0"}, {"fd", "12"}}));
    context_.networks[0] = {{12, 13}, {14, 15}};
    EXPECT_EQ(netdev(), json({{"type", "tap"},
                              {"id", "net0"},
                              {"fds", "12:13"},
                              {"vhost", true},
                              {"vhostfds", "14:15"}}));
}

TEST_F(Network, by_hand_QEMU_finds_the_device_itself) {
    context_.by_hand = true;
    guest_.interfaces[0].type = InterfaceType::bridge;
    guest_.interfaces[0].bridge = "br0";
    EXPECT_EQ(netdev(), json({{"type", "bridge"}, {"id", "net0"}, {"br", "br0"}}));
    guest_.interfaces[0].type = InterfaceType::ethernet;
    guest_.interfaces[0].target = "tap0";
    EXPECT_EQ(netdev()["ifname"], "tap0");
    EXPECT_EQ(netdev()["script"], "no");
}

TEST_F(Network, several_queues_have_a_vector_each) {
    guest_.interfaces[0].type = InterfaceType::bridge;
    guest_.interfaces[0].driver.queues = 4;
    const auto card = object(guest_, "-device", "nic0");
    EXPECT_EQ(card["mq"], true);
    EXPECT_EQ(card["vectors"], 10);
}

TEST_F(Network, a_rom_that_is_asked_for_is_there) {
    EXPECT_EQ(object(guest_, "-device", "nic0")["romfile"], "");
    guest_.interfaces[0].rom.file = "/srv/rom";
    EXPECT_EQ(object(guest_, "-device", "nic0")["romfile"], "/srv/rom");
    guest_.interfaces[0].rom = {true, false, "", {}};
    EXPECT_EQ(object(guest_, "-device", "nic0").count("romfile"), 0U);
    EXPECT_EQ(object(guest_, "-device", "nic0")["rombar"], 0);
}

TEST_F(Network, what_nobody_would_act_on_is_refused) {
    EXPECT_FALSE(refused());
    guest_.interfaces[0].driver.queues = 2;
    EXPECT_TRUE(refused()) << "QEMU's own network has one";
    guest_.interfaces[0].type = InterfaceType::bridge;
    EXPECT_FALSE(refused());
    guest_.interfaces[0].model = "e1000";
    EXPECT_TRUE(refused()) << "an e1000 has one";
    guest_.interfaces[0].driver = {.name = "qemu"};
    EXPECT_FALSE(refused());
    guest_.interfaces[0].driver = {.name = "vhost"};
    EXPECT_TRUE(refused());
}

TEST_F(Network, usb_devices_by_node_by_description_or_not_at_all) {
    guest_.host_devices = {{.model = UsbModel{0x0951, 0x1666}}, {.at = UsbPlace{1, 4}}, {}};
    context_.host_devices = {{0, "/dev/bus/usb/001/007"}, {2, ""}};
    const auto devices = arguments(modern_argv(guest_, context_), "-device");
    std::vector<json> found;
    for (const auto& text : devices)
        if (auto device = json::parse(text); device["driver"] == "usb-host")
            found.push_back(std::move(device));
    ASSERT_EQ(found.size(), 2U);
    EXPECT_EQ(found[0]["hostdevice"], "/dev/bus/usb/001/007");
    EXPECT_EQ(found[0].count("vendorid"), 0U);
    EXPECT_EQ(found[1]["hostbus"], 1);
    EXPECT_EQ(found[1]["hostaddr"], 4);
}

} // namespace
} // namespace vmwarden::qemu
