// SPDX-License-Identifier: LGPL-2.1-or-later
// org.vmwarden1.Policy: files on trial, and what they would mean for guests.
#include "tests/bus/bus_fixture.h"

namespace vmwarden::tests {

namespace {

constexpr auto policy_interface = "org.vmwarden1.Policy";
constexpr auto emulators = "emulators: [/usr/bin/qemu-system-x86_64]\n";
const std::string name = "zz-site.yaml";
const std::string path = "/etc/vmwarden/policy.d/zz-site.yaml";

class Trial : public BusTest {
  protected:
    using ForecastRow =
        sdbus::Struct<std::string, std::string, std::string, std::vector<std::string>>;

    template <class... Out, class... In>
    auto policy(const std::string& method, const In&... in) {
        return call<Out...>("/org/vmwarden1", policy_interface, method, in...);
    }
    std::uint64_t begin(const std::string& text, std::uint32_t seconds = 600,
                        const std::string& as = name) {
        const bus::Dictionary options{{"file", sdbus::Variant(std::string("mine.yaml"))}};
        return std::get<0>(policy<std::uint64_t>("Try", text, as, seconds, options));
    }
    std::string refused(const std::string& text, std::uint32_t seconds = 600,
                        const std::string& as = name) {
        return error_of([&] { begin(text, seconds, as); });
    }
    std::string confirm() { return std::get<0>(policy<std::string>("Confirm", bus::Dictionary())); }
    void revert() { policy<>("Revert", bus::Dictionary()); }
    template <class T>
    T shown(const std::string& property_name) {
        return property<T>("/org/vmwarden1", policy_interface, property_name);
    }
    // The user that the last guest was started under.
    std::uint32_t last_user() {
        return host_.script([](auto& s) { return s.launched.back().process.identity.uid.value; });
    }
    ForecastRow forecast(const std::string& text) {
        const auto [rows] =
            policy<std::vector<ForecastRow>>("Simulate", text, name, bus::Dictionary());
        EXPECT_EQ(rows.size(), 1U);
        return rows.at(0);
    }
};

using Lines = std::vector<std::string>;

TEST_F(Trial, IsInForceForNewGuestsUntilItIsReverted) {
    start_agent();
    const auto until = begin("version: 1\nuser: \"+4001\"\n");
    heard_.wait_for("Trial " + name);
    EXPECT_EQ(shown<std::string>("Trial"), name);
    EXPECT_EQ(shown<std::uint64_t>("TrialUntil"), until);
    EXPECT_EQ(shown<Lines>("Sources").back(), path);
    EXPECT_EQ(shown<std::string>("State"), "ok");
    create("web");
    EXPECT_EQ(last_user(), 4001U);
    revert();
    EXPECT_EQ(shown<std::string>("Trial"), "");
    EXPECT_EQ(shown<std::uint64_t>("TrialUntil"), 0U);
    create("other", "/images/b.raw");
    EXPECT_EQ(last_user(), 64055U);
    EXPECT_TRUE(host_.script([](auto& s) { return s.own_policies.empty(); }));
}

TEST_F(Trial, EndsByItselfAndOnlyThenTheAgentIsIdle) {
    start_agent(std::chrono::milliseconds(1));
    begin("version: 1\nuser: \"+4001\"\n", 1);
    heard_.wait_for("Trial " + name);
    heard_.wait_for("Trial ");
    join_agent();
    EXPECT_TRUE(host_.script([](auto& s) { return s.own_policies.empty(); }));
}

TEST_F(Trial, IsOnDiskOnceItIsConfirmed) {
    start_agent();
    const std::string text = "version: 1\nuser: \"+4001\" # mine\n";
    begin(text);
    EXPECT_EQ(confirm(), path);
    EXPECT_EQ(shown<std::string>("Trial"), "");
    EXPECT_EQ(host_.script([](auto& s) { return s.own_policies.at(name); }), text);
    EXPECT_TRUE(error_of([&] { confirm(); }).starts_with("NoTrial: "));
    EXPECT_TRUE(error_of([&] { revert(); }).starts_with("NoTrial: "));
    create("web");
    EXPECT_EQ(last_user(), 4001U);
}

TEST_F(Trial, DoesNotBeginWithWhatDoesNotCheckOrHasNoNameOrNoTime) {
    start_agent();
    const auto bad = refused("version: 1\nusr: qemu\nslice: 7\n");
    EXPECT_TRUE(bad.starts_with("InvalidPolicy: ")) << bad;
    EXPECT_NE(bad.find("mine.yaml:2:1: error"), std::string::npos) << bad;
    EXPECT_NE(bad.find("mine.yaml:3:8: error"), std::string::npos) << bad;
    for (const auto* wrong : {"../x.yaml", "x.conf", "", ".yaml"})
        EXPECT_TRUE(refused("version: 1\n", 600, wrong).starts_with("InvalidArgument: ")) << wrong;
    for (const std::uint32_t seconds : {0U, 86401U, UINT32_MAX})
        EXPECT_TRUE(refused("version: 1\n", seconds).starts_with("InvalidArgument: ")) << seconds;
    EXPECT_EQ(shown<std::string>("Trial"), "");
}

TEST_F(Trial, IsOneAtATime) {
    start_agent();
    begin("version: 1\n");
    EXPECT_TRUE(refused("version: 1\n", 600, "70-other.yaml").starts_with("TrialInProgress: "));
    begin("version: 1\nuser: \"+4002\"\n");
    create("web");
    EXPECT_EQ(last_user(), 4002U);
}

TEST_F(Trial, GoesOnOverAReloadAndEndsWithTheAgent) {
    start_agent();
    begin("version: 1\nuser: \"+4001\"\n");
    policy<>("Reload", bus::Dictionary());
    EXPECT_EQ(shown<std::string>("Trial"), name);
    start_agent();
    EXPECT_EQ(shown<std::string>("Trial"), "");
    create("web");
    EXPECT_EQ(last_user(), 64055U);
}

TEST_F(Trial, WhoPolkitDeniesDoesNothingOfIt) {
    start_agent();
    polkit_.will(FakePolkit::Will::no);
    EXPECT_TRUE(refused("version: 1\n").starts_with("NotAuthorized: "));
    EXPECT_TRUE(error_of([&] { confirm(); }).starts_with("NotAuthorized: "));
    EXPECT_TRUE(error_of([&] { revert(); }).starts_with("NotAuthorized: "));
    EXPECT_TRUE(error_of([&] { forecast("version: 1\n"); }).starts_with("NotAuthorized: "));
    Lines actions;
    for (const auto& asked : polkit_.asked())
        actions.push_back(asked.action + " " + asked.details.at("verb"));
    EXPECT_EQ(actions, (Lines{"org.vmwarden1.manage-policy policy-try",
                              "org.vmwarden1.manage-policy policy-confirm",
                              "org.vmwarden1.manage-policy policy-revert",
                              "org.vmwarden1.inspect-guest policy-simulate"}));
}

TEST_F(Trial, SimulatedChangesNothingForAGuestUnderTheSamePolicy) {
    start_agent();
    create("web");
    const auto row = forecast(std::string("version: 1\n") + emulators);
    EXPECT_EQ(row, ForecastRow("web", "running", "same", Lines{}));
    EXPECT_EQ(shown<std::string>("Trial"), "");
}

TEST_F(Trial, SimulatedTellsWhatARunningGuestWouldGet) {
    start_agent();
    create("web");
    const auto row = forecast("version: 1\nlimits: {processes: 77}\nseccomp_sandbox: false\n");
    EXPECT_EQ(row.get<2>(), "changed");
    const auto lines = row.get<3>();
    const auto has = [&](const std::string& line) {
        return std::find(lines.begin(), lines.end(), line) != lines.end();
    };
    EXPECT_TRUE(has("processes: 4096 -> 77"));
    EXPECT_TRUE(has("seccomp sandbox: yes -> no"));
}

TEST_F(Trial, SimulatedRefusesWithTheReasons) {
    start_agent();
    create("web");
    const auto row = forecast("version: 1\nemulators: [/opt/qemu]\n");
    EXPECT_EQ(row.get<2>(), "refused");
    ASSERT_FALSE(row.get<3>().empty());
    EXPECT_NE(row.get<3>()[0].find("emulator"), std::string::npos) << row.get<3>()[0];
}

// One guest may run, and that one does.
TEST_F(Trial, SimulatedGuestDoesNotStandInItsOwnWay) {
    start_agent();
    create("web");
    EXPECT_EQ(forecast("version: 1\nlimits: {guests: 1}\n").get<2>(), "same");
    EXPECT_EQ(forecast("version: 1\nlimits: {memory: 1M}\n").get<2>(), "refused");
}

// While the guest runs its disk is its own; what counts is what the disk goes back to.
TEST_F(Trial, SimulatedSeesFilesAsTheyWillBeWhenTheGuestHasEnded) {
    host_.script([](auto& s) { s.closed.insert("/images/a.raw"); });
    start_agent();
    create("web");
    executor::FileClaim claim;
    host_.script([&](auto& s) {
        const auto& file = s.launched.back().files.at(0);
        ASSERT_TRUE(file.owner);
        claim.original.id = file.id;
        claim.original.mode = 0600;
        claim.set_owner = file.owner;
        s.closed.clear();
        s.claims["web"] = {claim};
    });
    EXPECT_EQ(forecast("version: 1\nslice: machine.slice\n").get<2>(), "same");
    const auto row = forecast("version: 1\ndynamic_ownership: false\n");
    EXPECT_EQ(row.get<2>(), "refused");
    EXPECT_NE(row.get<3>().at(0).find("may not read and write '/images/a.raw'"), std::string::npos);
}

TEST_F(Trial, SimulatedComparesADefinedGuestWithWhatItGetsNow) {
    start_agent();
    define("web");
    EXPECT_EQ(forecast("version: 1\n").get<1>(), "defined");
    EXPECT_EQ(forecast("version: 1\n").get<2>(), "same");
    const auto row = forecast("version: 1\nlimits: {processes: 77}\n");
    EXPECT_EQ(row, ForecastRow("web", "defined", "changed", Lines{"processes: 4096 -> 77"}));
    EXPECT_EQ(forecast("version: 1\nemulators: [/opt/qemu]\n").get<2>(), "refused");
}

TEST_F(Trial, SimulatedDoesNotBlameThePolicyForWhatIsRefusedNow) {
    start_agent();
    define("web", "/images/missing.raw");
    const auto row = forecast("version: 1\n");
    EXPECT_EQ(row.get<2>(), "same");
    EXPECT_EQ(row.get<3>().at(0), "refused now as well:");
}

TEST_F(Trial, SimulatedDoesNotCheckWhereTheFileDoesNot) {
    start_agent();
    EXPECT_TRUE(
        error_of([&] { forecast("version: 1\nusr: qemu\n"); }).starts_with("InvalidPolicy: "));
}

} // namespace

} // namespace vmwarden::tests
