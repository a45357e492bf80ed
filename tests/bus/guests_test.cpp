// SPDX-License-Identifier: LGPL-2.1-or-later
// The life of guests as a client of the bus sees it.
#include "tests/bus/bus_fixture.h"

#include "agent/bus/json_variant.h"

#include <filesystem>
#include <sys/stat.h>

namespace vmwarden::tests {

namespace {

using Row = sdbus::Struct<std::string, std::string, sdbus::ObjectPath>;
using Objects = std::map<sdbus::ObjectPath, std::map<std::string, bus::Dictionary>>;

class Guests : public BusTest {
  protected:
    Objects objects() {
        return std::get<0>(call<Objects>("/org/vmwarden1", "org.freedesktop.DBus.ObjectManager",
                                         "GetManagedObjects"));
    }
};

// The XML of a guest that runs.
bool says_whose_it_is(const std::string& xml) {
    return xml.find("<name>web</name>") != std::string::npos &&
           xml.find("<seclabel type='dynamic' model='dac' relabel='yes'>") != std::string::npos &&
           xml.find("<label>+") != std::string::npos;
}

TEST_F(Guests, CreatingOneRunsItAndSaysSo) {
    start_agent();
    const auto [guest_path, job] =
        manager<sdbus::ObjectPath, sdbus::ObjectPath>("CreateGuest", xml("web-1"), waiting());
    EXPECT_EQ(guest_path, "/org/vmwarden1/guest/web_2d1");
    EXPECT_TRUE(job.starts_with("/org/vmwarden1/job/"));

    const auto all = objects();
    const auto& properties = all.at(guest_path).at("org.vmwarden1.Guest");
    EXPECT_EQ(properties.at("State").get<std::string>(), "running");
    EXPECT_EQ(properties.at("User").get<std::string>(), "user64055");
    EXPECT_EQ(properties.at("Unit").get<std::string>(), "vmwarden-web\\x2d1.scope");
    EXPECT_TRUE(properties.at("Transient").get<bool>());
    EXPECT_NE(properties.at("MainPID").get<std::uint32_t>(), 0U);
    EXPECT_NE(properties.at("Since").get<std::uint64_t>(), 0U);
    EXPECT_EQ(properties.at("UUID").get<std::string>().size(), 36U);
    heard_.wait_for("JobRemoved web-1 done");
}

TEST_F(Guests, SignalsTellTheStoryInOrder) {
    start_agent();
    create("web");
    ask("web", "Destroy");
    heard_.wait_for("Removed /org/vmwarden1/guest/web");
    heard_.wait_for("JobRemoved web done");
    std::vector<std::string> story;
    for (const auto& line : heard_.lines())
        if (line.starts_with("State ") || line.starts_with("Added /org/vmwarden1/guest") ||
            line.starts_with("Removed /org/vmwarden1/guest") || line.starts_with("ExitReason"))
            story.push_back(line);
    const std::vector<std::string> expected = {
        "Added /org/vmwarden1/guest/web", "State running", "State stopping",
        "ExitReason destroyed",           "State stopped", "Removed /org/vmwarden1/guest/web"};
    EXPECT_EQ(story, expected);
}

TEST_F(Guests, ADefinitionIsKeptAsGivenAndSurvivesTheAgent) {
    start_agent();
    define("web");
    EXPECT_EQ(state("web"), "defined");
    start_agent();
    EXPECT_EQ(std::get<0>(guest<std::string>("web", "GetXML")), xml("web"));
    struct stat info {};
    ASSERT_EQ(stat((disk_.path() + "/guests/web.xml").c_str(), &info), 0);
    EXPECT_EQ(info.st_mode & 0777U, 0600U);
}

TEST_F(Guests, APersistentOneCanBeStartedAgainAfterItsEnd) {
    start_agent();
    define("web");
    ask("web", "Start");
    host_.end("web");
    heard_.wait_for("State stopped");
    heard_.wait_for("ExitReason shutdown");
    ask("web", "Start");
    EXPECT_EQ(state("web"), "running");
    EXPECT_EQ(host_.script([](auto& s) { return s.taken_back; }), std::vector<std::string>{"web"});
}

TEST_F(Guests, ACrashIsNamed) {
    host_.script([](auto& s) { s.record = {true, true, 11, {}}; });
    start_agent();
    define("web");
    ask("web", "Start");
    host_.end("web");
    heard_.wait_for("State crashed");
    heard_.wait_for("ExitReason killed by signal 11");
}

TEST_F(Guests, SuspendAndResumeFollowQemusEvents) {
    start_agent();
    create("web");
    ask("web", "Suspend");
    EXPECT_EQ(state("web"), "paused");
    ask("web", "Resume");
    EXPECT_EQ(state("web"), "running");
    ask("web", "Reset");
    host_.qemu("web").wait_for("system_reset");
}

TEST_F(Guests, ShutdownPressesTheButtonAndEndsWithTheGuest) {
    start_agent();
    create("web");
    const auto [job] = guest<sdbus::ObjectPath>("web", "Shutdown");
    host_.qemu("web").wait_for("system_powerdown");
    EXPECT_EQ(state("web"), "stopping");
    EXPECT_EQ(property<std::string>(job, "org.vmwarden1.Job", "Verb"), "shutdown");
    host_.end("web");
    heard_.wait_for("ExitReason shutdown");
    heard_.wait_for("Removed " + job);
}

TEST_F(Guests, AShutdownThatTakesTooLongTimesOut) {
    start_agent();
    create("web");
    const auto error = error_of([&] {
        guest<sdbus::ObjectPath>(
            "web", "Shutdown",
            {{"wait", sdbus::Variant(true)}, {"timeout", sdbus::Variant(std::uint32_t{1})}});
    });
    EXPECT_TRUE(error.starts_with("Timeout: guest 'web' did not shut down within 1 s")) << error;
    heard_.wait_for("JobRemoved web timeout");
}

TEST_F(Guests, AFailedLaunchNamesItsStepAndLeavesNothing) {
    host_.script([](auto& s) { s.launch_error = "step selinux-exec-label: EACCES"; });
    start_agent();
    const auto error = error_of([&] { create("web"); });
    EXPECT_TRUE(error.starts_with("LaunchFailed: ")) << error;
    EXPECT_NE(error.find("selinux-exec-label"), std::string::npos) << error;
    heard_.wait_for("Removed /org/vmwarden1/guest/web");
    heard_.wait_for("JobRemoved web failed");

    host_.script([](auto& s) { s.launch_error.reset(); });
    create("other"); // the disk is free again
}

TEST_F(Guests, AMissingDiskNamesStepPlaceAndLine) {
    start_agent();
    define("web", "/images/missing.raw");
    const auto error = error_of([&] { ask("web", "Start"); });
    EXPECT_TRUE(error.starts_with("LaunchFailed: ")) << error;
    EXPECT_NE(error.find("/guests/web.xml:8:"), std::string::npos) << error;
    EXPECT_NE(error.find("vda"), std::string::npos) << error;
    EXPECT_EQ(state("web"), "failed");
}

TEST_F(Guests, TwoStartingAtOnceNeverShareADisk) {
    host_.script([](auto& s) { s.hold_launches = true; });
    start_agent();
    define("one");
    define("two");
    guest<sdbus::ObjectPath>("one", "Start");
    host_.wait_for_launches(1);
    const auto error = error_of([&] { ask("two", "Start"); });
    EXPECT_TRUE(error.starts_with("LaunchFailed: ")) << error;
    EXPECT_NE(error.find("in use by guest one"), std::string::npos) << error;
    host_.let_go();
    heard_.wait_for("JobRemoved one done");
}

TEST_F(Guests, TwoStartingAtOnceNeverShareACategoryPair) {
    host_.script([](auto& s) { s.hold_launches = true; });
    start_agent();
    define("one", "/images/a.raw");
    define("two", "/images/b.raw");
    guest<sdbus::ObjectPath>("one", "Start");
    guest<sdbus::ObjectPath>("two", "Start");
    host_.wait_for_launches(2);
    host_.let_go();
    heard_.wait_for("JobRemoved one done");
    heard_.wait_for("JobRemoved two done");
    const auto plans = host_.script([](auto& s) { return s.launched; });
    ASSERT_EQ(plans.size(), 2U);
    EXPECT_NE(plans[0].security.process_label, "");
    EXPECT_NE(plans[0].security.process_label, plans[1].security.process_label);
}

TEST_F(Guests, AskingTwiceForTheSameJoinsTheJob) {
    host_.script([](auto& s) { s.hold_launches = true; });
    start_agent();
    define("web");
    const auto first = guest<sdbus::ObjectPath>("web", "Start");
    EXPECT_EQ(guest<sdbus::ObjectPath>("web", "Start"), first);
    host_.let_go();
    heard_.wait_for("JobRemoved web done");
}

TEST_F(Guests, TheAgentAdoptsWhatRunsAndTakesBackWhatIsLeft) {
    start_agent();
    create("web");
    const auto plan = host_.script([](auto& s) { return s.launched.at(0); });
    stop_agent();
    host_.script([&](auto& s) { s.survivors.push_back({"gone", std::nullopt}); });
    auto running = host_.make_guest(plan);
    host_.script([&](auto& s) { s.survivors.push_back({"web", std::move(running)}); });

    start_agent();
    EXPECT_EQ(host_.script([](auto& s) { return s.taken_back; }), std::vector<std::string>{"gone"});
    EXPECT_EQ(state("web"), "running");
    EXPECT_TRUE(says_whose_it_is(std::get<0>(guest<std::string>("web", "GetXML"))));
    const auto error = error_of([&] { create("other"); }); // its disk is still in use
    EXPECT_TRUE(error.starts_with("LaunchFailed: ")) << error;
    ask("web", "Destroy");
    heard_.wait_for("Removed /org/vmwarden1/guest/web");
}

TEST_F(Guests, UndefinedWhileItDoesNotRunItIsGone) {
    start_agent();
    define("web");
    EXPECT_NO_THROW(guest<>("web", "Undefine"));
    heard_.wait_for("Removed /org/vmwarden1/guest/web");
    const auto error = error_of(
        [&] { manager<sdbus::ObjectPath>("GetGuest", std::string("web"), bus::Dictionary()); });
    EXPECT_TRUE(error.starts_with("NoSuchGuest: ")) << error;
}

TEST_F(Guests, UndefinedWithItsFirmwareVariablesTheyAreGone) {
    start_agent();
    define("web");
    ask("web", "Start");
    const bus::Dictionary nvram{{"nvram", sdbus::Variant(true)}};
    const auto error = error_of([&] { guest<>("web", "Undefine", nvram); });
    EXPECT_TRUE(error.starts_with("OperationFailed: ")) << error;
    host_.end("web");
    heard_.wait_for("State stopped");
    EXPECT_NO_THROW(guest<>("web", "Undefine", nvram));
    heard_.wait_for("Removed /org/vmwarden1/guest/web");
    EXPECT_EQ(host_.script([](const auto& script) { return script.nvram_removed; }),
              std::vector<std::string>{"/var/lib/vmwarden/nvram/web_VARS.fd"});
}

TEST_F(Guests, UndefinedWhileRunningItGoesOnAsATransientOne) {
    start_agent();
    define("web");
    ask("web", "Start");
    guest<>("web", "Undefine");
    heard_.wait_for("Transient true");
    EXPECT_TRUE(says_whose_it_is(std::get<0>(guest<std::string>("web", "GetXML"))));
    EXPECT_FALSE(std::filesystem::exists(disk_.path() + "/guests/web.xml"));
    host_.end("web");
    heard_.wait_for("Removed /org/vmwarden1/guest/web");
}

std::string with_tpm(std::string xml, const std::string& backend) {
    return xml.replace(xml.find("  </devices>"), 0,
                       "<tpm model='tpm-crb'><backend type='emulator'" + backend + "/></tpm>");
}

TEST_F(Guests, WhatATpmHoldsGoesWithTheDefinition) {
    start_agent();
    const auto defined = [&](const std::string& name, const std::string& backend) {
        manager<sdbus::ObjectPath>("DefineGuest", with_tpm(xml(name), backend), bus::Dictionary());
        guest<>(name, "Undefine");
        heard_.wait_for("Removed /org/vmwarden1/guest/" + name);
    };
    defined("web", "");
    defined("kept", " persistent_state='yes'");
    defined("last", " persistent_state='no'");
    // Behind the others in the queue of what is done to disks.
    define("end");
    EXPECT_EQ(
        host_.script([](auto& s) { return s.removed; }),
        (std::vector<std::string>{"/var/lib/vmwarden/tpm/web", "/var/lib/vmwarden/tpm/last"}));
}

TEST_F(Guests, AreFoundByNameUuidAndPid) {
    start_agent();
    create("web");
    const std::string path = "/org/vmwarden1/guest/web";
    const auto pid = property<std::uint32_t>(path, "org.vmwarden1.Guest", "MainPID");
    const auto uuid = property<std::string>(path, "org.vmwarden1.Guest", "UUID");
    const bus::Dictionary none;
    EXPECT_EQ(std::get<0>(manager<sdbus::ObjectPath>("GetGuest", std::string("web"), none)), path);
    EXPECT_EQ(std::get<0>(manager<sdbus::ObjectPath>("GetGuestByUUID", uuid, none)), path);
    EXPECT_EQ(std::get<0>(manager<sdbus::ObjectPath>("GetGuestByPID", pid, none)), path);
    const auto [rows] = manager<std::vector<Row>>("ListGuests", none);
    ASSERT_EQ(rows.size(), 1U);
    EXPECT_EQ(rows[0].get<1>(), "running");
    const auto error =
        error_of([&] { manager<sdbus::ObjectPath>("GetGuestByPID", std::uint32_t{1}, none); });
    EXPECT_TRUE(error.starts_with("NoSuchGuest: ")) << error;
}

TEST_F(Guests, PlanAndVerifyTravelAsTrees) {
    start_agent();
    const auto [tree] = manager<bus::Dictionary>("PlanGuest", xml("web"), bus::Dictionary());
    EXPECT_EQ(bus::to_json(tree)["name"], "web");
    EXPECT_TRUE(host_.script([](auto& s) { return s.launched.empty(); }));

    create("web");
    const auto [plan] = guest<bus::Dictionary>("web", "GetPlan");
    EXPECT_EQ(bus::to_json(plan)["name"], "web");
    const auto [rows] = guest<std::vector<bus::Dictionary>>("web", "Verify");
    ASSERT_FALSE(rows.empty());
    EXPECT_EQ(rows[0].at("protection").get<std::string>(), "uid");
    EXPECT_FALSE(rows[0].at("holds").get<bool>());
}

TEST_F(Guests, WhatWasAskedBeforeTheNameIsGivenUpIsAnswered) {
    start_agent();
    const auto other = sdbus::createSystemBusConnection();
    auto proxy = bus::make_proxy(*other, "org.vmwarden1", "/org/vmwarden1");
    bool answered = false;
    stop_agent_after([&] {
        proxy->callMethodAsync("ListGuests")
            .onInterface("org.vmwarden1.Manager")
            .withArguments(bus::Dictionary())
            .uponReplyInvoke([&](bus::ReplyError error, const std::vector<Row>&) {
                answered = !error;
                other->leaveEventLoop();
            });
        // The bus has passed the call on when it answers what was sent after it.
        auto bus_itself = bus::make_proxy(*other, "org.freedesktop.DBus", "/org/freedesktop/DBus");
        std::string id;
        bus_itself->callMethod("GetId").onInterface("org.freedesktop.DBus").storeResultsTo(id);
    });
    other->enterEventLoop(); // the bus answers for an agent that has gone without
    EXPECT_TRUE(answered);
}

TEST_F(Guests, TheAgentGoesWhenIdleAndNotBefore) {
    start_agent(std::chrono::milliseconds(1));
    join_agent();
    EXPECT_FALSE(agent_wanted_);

    start_agent(std::chrono::seconds(3));
    create("web");
    ask("web", "Destroy");
    join_agent(); // with the guest gone; before, its property could not be asked
    EXPECT_EQ(host_.script([](auto& s) { return s.taken_back; }), std::vector<std::string>{"web"});
}

} // namespace

} // namespace vmwarden::tests
