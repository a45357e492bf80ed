// SPDX-License-Identifier: LGPL-2.1-or-later
#include "src/verify/verify.h"
#include "tests/doubles/sample_plan.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace vmwarden {
namespace {

using Kind = plan::InheritedFd::Kind;
constexpr DeviceNumber tun{10, 200};
constexpr DeviceNumber macvtap{240, 1};

// A tap device with two queues on a bridge, and a macvtap device.
class Networks : public testing::Test {
  protected:
    Networks() {
        plan_.networks = {{.name = "vnet0", .bridge = "br0", .queues = 2, .because = "policy"},
                          {.kind = plan::NetworkDevice::Kind::macvtap,
                           .name = "macvtap0",
                           .lower = "eth0",
                           .mode = "bridge"}};
        plan_.process.fds = {{Kind::network, 20, "", false, "vnet0"},
                             {Kind::network, 21, "", false, "vnet0"},
                             {Kind::network, 22, "", false, "macvtap0"},
                             {Kind::vhost_net, 23, "/dev/vhost-net", false, "vnet0"}};
        const auto alias = plan::network_alias(plan_.name);
        view_.networks = {{"vnet0", true, true, "br0", alias, {}},
                          {"macvtap0", true, true, "", alias, macvtap}};
        view_.fds = {queue(20, "vnet0"), queue(21, "vnet0"), node(22, "/dev/tap7", macvtap),
                     node(23, "/dev/vhost-net", {10, 238})};
    }

    static OpenFd node(int number, std::string target, DeviceNumber device) {
        OpenFd fd;
        fd.number = number;
        fd.target = std::move(target);
        fd.device = device;
        fd.is_device = fd.writable = true;
        return fd;
    }
    static OpenFd queue(int number, std::string device) {
        auto fd = node(number, "/dev/net/tun", tun);
        fd.network = std::move(device);
        return fd;
    }
    // The protections of network devices and descriptors that do not hold.
    [[nodiscard]] std::vector<std::string> broken() const {
        std::vector<std::string> out;
        for (const auto& row : verify(plan_, view_))
            if (!row.holds && (row.protection.starts_with("network device") ||
                               row.protection.starts_with("descriptor")))
                out.push_back(row.protection);
        return out;
    }

    using List = std::vector<std::string>;
    LaunchPlan plan_ = tests::sample_plan();
    KernelView view_;
};

TEST_F(Networks, as_planned) {
    EXPECT_EQ(broken(), List{});
}

TEST_F(Networks, off_its_bridge_or_down_or_somebody_elses) {
    view_.networks[0].bridge = "";
    EXPECT_EQ(broken(), List{"network device vnet0"});
    view_.networks[0].bridge = "br0";
    view_.networks[0].up = false;
    EXPECT_EQ(broken(), List{"network device vnet0"});
    view_.networks[0].up = true;
    view_.networks[1].alias = "vmwarden guest other";
    EXPECT_EQ(broken(), List{"network device macvtap0"});
}

TEST_F(Networks, a_queue_that_is_gone) {
    view_.fds.erase(view_.fds.begin());
    EXPECT_EQ(broken(), List{"network device vnet0"});
}

// /dev/net/tun is on the list of every guest, so the node alone explains nothing.
TEST_F(Networks, a_queue_of_another_device) {
    plan_.scope.devices.push_back({"/dev/net/tun", "/dev/char/10:200", "rw", "policy"});
    view_.fds.push_back(queue(30, "vnet9"));
    EXPECT_EQ(broken(), List{"descriptor 30"});
    view_.fds.back() = queue(30, "vnet0");
    EXPECT_EQ(broken(), (List{"network device vnet0", "descriptor 30"}));
}

TEST_F(Networks, a_given_device_is_left_as_it_is) {
    plan_.networks[0].kind = plan::NetworkDevice::Kind::given_tap;
    plan_.networks[0].bridge = "";
    view_.networks[0] = {"vnet0", true, false, "br7", "mine", {}};
    EXPECT_EQ(broken(), List{});
    view_.networks[0].present = false;
    EXPECT_EQ(broken(), List{"network device vnet0"});
}

} // namespace
} // namespace vmwarden
