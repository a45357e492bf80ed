// SPDX-License-Identifier: LGPL-2.1-or-later
// The kernel played by a map: whatever stops the agent, and wherever, a device goes back.
#include "agent/executor/taken_devices.h"

#include "agent/executor/restore_journal.h"
#include "tests/unit/host/temp_tree.h"

#include <cerrno>
#include <map>
#include <system_error>

namespace vmwarden::executor {
namespace {

using host::DriverBinding;

struct Killed {};

class FakeDrivers : public host::PciDrivers {
  public:
    std::map<std::string, DriverBinding> devices;
    int steps_left = 1000; // then the agent is killed
    std::string refuses;   // a driver that binds nothing
    std::vector<std::string> said;

    std::optional<DriverBinding> look(const std::string& address) override {
        const auto found = devices.find(address);
        return found == devices.end() ? std::nullopt : std::optional(found->second);
    }
    void set_override(const std::string& address, const std::string& driver) override {
        step("override " + address + " " + driver);
        devices.at(address).override_name = driver;
    }
    void unbind(const std::string& address, const std::string& driver) override {
        step("unbind " + address + " " + driver);
        if (std::exchange(devices.at(address).driver, "") != driver) fail(ENODEV);
    }
    void bind(const std::string& address, const std::string& driver) override {
        step("bind " + address + " " + driver);
        auto& device = devices.at(address);
        const bool wished = device.override_name.empty() || device.override_name == driver;
        if (!device.driver.empty() || driver == refuses || !wished) fail(ENODEV);
        device.driver = driver;
    }

  private:
    void step(std::string what) {
        if (steps_left-- == 0) throw Killed();
        said.push_back(std::move(what));
    }
    [[noreturn]] static void fail(int error) {
        throw std::system_error(error, std::generic_category(), "cannot");
    }
};

class TakenDevices : public testing::Test {
  protected:
    TakenDevices() {
        places_.restore = tree_.directory("restore");
        drivers_.devices = before_;
        plan_.name = "g";
        for (const char* address : {"0000:06:02.0", "0000:06:03.0", "0000:06:04.0"})
            plan_.host_devices.push_back(
                {plan::HostDevice::Kind::pci, address, 5, true, false, "hostdev 0", "policy"});
    }
    void take() { take_devices(plan_, places_, drivers_); }
    std::vector<std::string> give_back(const std::string& guest = "g") {
        std::vector<std::string> log;
        give_back_devices(guest, log, places_, drivers_);
        return log;
    }
    [[nodiscard]] bool has_journal() const {
        return RestoreDirectory(places_.restore).read("g").has_value();
    }
    using List = std::vector<std::string>;

    // With a driver, with none, and with one that its owner has chosen.
    const std::map<std::string, DriverBinding> before_{{"0000:06:02.0", {"e1000", ""}},
                                                       {"0000:06:03.0", {"", ""}},
                                                       {"0000:06:04.0", {"nvme", "nvme"}}};
    host::test::TempTree tree_;
    Places places_;
    FakeDrivers drivers_;
    LaunchPlan plan_;
};

TEST_F(TakenDevices, are_vfios_and_go_back_exactly) {
    take();
    for (const auto& [address, device] : drivers_.devices)
        EXPECT_EQ(device, (DriverBinding{"vfio-pci", "vfio-pci"})) << address;
    EXPECT_TRUE(has_journal());
    EXPECT_EQ(give_back(), List());
    EXPECT_EQ(drivers_.devices, before_);
    EXPECT_FALSE(has_journal());
    drivers_.said.clear();
    EXPECT_EQ(give_back(), List());
    EXPECT_EQ(drivers_.said, List()) << "once is enough";
}

TEST_F(TakenDevices, go_back_wherever_the_agent_was_killed) {
    bool killed = true;
    for (int steps = 0; killed; ++steps) {
        drivers_.steps_left = steps;
        killed = false;
        try {
            take();
        } catch (const Killed&) {
            killed = true;
        }
        // And killed again while it gives back.
        for (int more = 0; has_journal(); ++more) {
            drivers_.steps_left = more;
            try {
                EXPECT_EQ(give_back(), List());
            } catch (const Killed&) {
            }
        }
        EXPECT_EQ(drivers_.devices, before_) << "after " << steps << " steps";
        ASSERT_LT(steps, 100);
    }
}

TEST_F(TakenDevices, that_cannot_be_bound_go_back_at_once) {
    drivers_.refuses = "vfio-pci";
    EXPECT_THROW(take(), LaunchError);
    EXPECT_EQ(drivers_.devices, before_);
    EXPECT_FALSE(has_journal());
}

TEST_F(TakenDevices, of_another_guest_are_not_taken) {
    take();
    const auto taken = drivers_.devices;
    plan_.name = "other";
    EXPECT_THROW(take(), LaunchError);
    EXPECT_EQ(give_back("other"), List());
    EXPECT_EQ(drivers_.devices, taken);
}

TEST_F(TakenDevices, that_somebody_else_has_by_then_stay) {
    take();
    drivers_.devices["0000:06:02.0"] = {"igb", ""};
    const auto log = give_back();
    ASSERT_EQ(log.size(), 1U);
    EXPECT_NE(log[0].find("igb"), std::string::npos) << log[0];
    EXPECT_EQ(drivers_.devices["0000:06:02.0"], (DriverBinding{"igb", ""}));
    EXPECT_EQ(drivers_.devices["0000:06:04.0"], before_.at("0000:06:04.0"));
}

TEST_F(TakenDevices, that_do_not_go_back_are_owed) {
    take();
    drivers_.refuses = "nvme";
    EXPECT_EQ(give_back().size(), 1U);
    EXPECT_TRUE(has_journal());
    drivers_.refuses = "";
    EXPECT_EQ(give_back(), List());
    EXPECT_EQ(drivers_.devices, before_);
}

TEST_F(TakenDevices, of_an_earlier_boot_are_no_longer_ours) {
    RestoreDirectory(places_.restore)
        .write({"g", {}, {{"0000:06:02.0", "earlier", "nvme", ""}}}, false);
    EXPECT_EQ(give_back(), List());
    EXPECT_EQ(drivers_.said, List());
    EXPECT_FALSE(has_journal());
}

TEST_F(TakenDevices, that_the_administrator_has_bound_are_left_alone) {
    plan_.host_devices[0].managed = false;
    plan_.host_devices[1].ready = plan_.host_devices[2].ready = true;
    take();
    EXPECT_EQ(drivers_.devices, before_);
    EXPECT_FALSE(has_journal());
}

} // namespace
} // namespace vmwarden::executor
