// SPDX-License-Identifier: LGPL-2.1-or-later
// org.vmwarden1.Policy: what is in force, while the files are good and while they are not.
#include "agent/bus/json_variant.h"
#include "tests/bus/bus_fixture.h"

namespace vmwarden::tests {

namespace {

constexpr auto policy_interface = "org.vmwarden1.Policy";
constexpr auto bad = "version: 1\nusr: qemu\nslice: 7\n";

class Policy : public BusTest {
  protected:
    using ErrorRow =
        sdbus::Struct<std::string, std::uint32_t, std::uint32_t, std::string, std::string>;
    using FindingRow = sdbus::Struct<std::string, std::uint32_t, std::uint32_t, std::string,
                                     std::string, std::string, std::string>;

    void write(const std::string& text) {
        host_.script([&](auto& s) { s.policy = text; });
    }
    template <class... Out, class... In>
    auto policy(const std::string& method, const In&... in) {
        return call<Out...>("/org/vmwarden1", policy_interface, method, in...);
    }
    void reload() { policy<>("Reload", bus::Dictionary()); }
    template <class T>
    T shown(const std::string& name) {
        return property<T>("/org/vmwarden1", policy_interface, name);
    }
};

TEST_F(Policy, IsShownAndReloaded) {
    start_agent();
    EXPECT_EQ(shown<std::string>("State"), "ok");
    EXPECT_EQ(shown<std::vector<std::string>>("Sources"),
              std::vector<std::string>{"/etc/vmwarden/policy.d/test.yaml"});
    EXPECT_TRUE(shown<std::vector<ErrorRow>>("Errors").empty());
    reload();
    write("version: 1\nemulators: [/opt/qemu]\n");
    reload();
    EXPECT_TRUE(error_of([&] { create("web"); }).starts_with("PolicyDenied: "));
}

TEST_F(Policy, ABadOneFailsTheReloadAndTheLastGoodOneStaysInForce) {
    start_agent();
    create("web");
    write(bad);
    const auto error = error_of([&] { reload(); });
    EXPECT_TRUE(error.starts_with("InvalidPolicy: ")) << error;
    EXPECT_NE(error.find("test.yaml:2:1: error"), std::string::npos) << error;
    EXPECT_NE(error.find("test.yaml:3:8: error"), std::string::npos) << error;
    heard_.wait_for("State stale");
    EXPECT_EQ(shown<std::string>("State"), "stale");
    const auto errors = shown<std::vector<ErrorRow>>("Errors");
    ASSERT_EQ(errors.size(), 2U);
    EXPECT_EQ(std::get<1>(errors[1]), 3U);
    EXPECT_EQ(state("web"), "running");
    create("other", "/images/b.raw");

    write("version: 1\n");
    reload();
    heard_.wait_for("State ok");
    EXPECT_TRUE(shown<std::vector<ErrorRow>>("Errors").empty());
}

TEST_F(Policy, ABadOneSeenAtALaunchIsShownAndDoesNotStopIt) {
    start_agent();
    write(bad);
    create("web");
    heard_.wait_for("State stale");
}

TEST_F(Policy, TheLastGoodOneStaysInForceForTheNextAgent) {
    start_agent();
    write(bad);
    start_agent();
    EXPECT_EQ(shown<std::string>("State"), "stale");
    create("web");
}

TEST_F(Policy, WithoutAnyGoodOneNothingStartsAndAllThatIsWrongIsSaid) {
    write(bad);
    start_agent();
    EXPECT_EQ(shown<std::string>("State"), "stale");
    EXPECT_TRUE(shown<std::vector<std::string>>("Sources").empty());
    const auto error = error_of([&] { create("web"); });
    EXPECT_TRUE(error.starts_with("InvalidPolicy: ")) << error;
    EXPECT_NE(error.find("test.yaml:2:1: error"), std::string::npos) << error;
    EXPECT_NE(error.find("test.yaml:3:8: error"), std::string::npos) << error;
    EXPECT_TRUE(host_.script([](auto& s) { return s.launched.empty(); }));

    write("version: 1\n");
    create("web");
}

TEST_F(Policy, WhoPolkitDeniesNeitherReloadsNorChecks) {
    start_agent();
    polkit_.will(FakePolkit::Will::no);
    EXPECT_TRUE(error_of([&] { reload(); }).starts_with("NotAuthorized: "));
    EXPECT_TRUE(error_of([&] {
                    policy<std::vector<FindingRow>>("Check", std::string(bad),
                                                    std::string("mine.yaml"), bus::Dictionary());
                }).starts_with("NotAuthorized: "));
    const auto asked = polkit_.asked();
    ASSERT_EQ(asked.size(), 2U);
    EXPECT_EQ(asked[0].action, "org.vmwarden1.manage-policy");
    EXPECT_EQ(asked[1].action, "org.vmwarden1.inspect-guest");
}

TEST_F(Policy, SaysWhatHoldsAndWhyForAllAndForOne) {
    start_agent();
    write("version: 1\nlimits: {processes: 900}\n"
          "rules: [{match: {name: web}, set: {limits: {processes: 70}}}]\n");
    reload();
    create("web");
    using EntryRow = sdbus::Struct<std::string, std::string, std::string>;
    const auto effective = [&](const std::string& guest) {
        std::map<std::string, std::string> found;
        const auto [rows] = policy<std::vector<EntryRow>>("GetEffective", guest, bus::Dictionary());
        for (const auto& row : rows)
            found[std::get<0>(row)] = std::get<1>(row) + " " + std::get<2>(row);
        return found;
    };
    const std::string file = "policy /etc/vmwarden/policy.d/test.yaml";
    EXPECT_EQ(effective("").at("limits.processes"), "900 " + file + ":2:10");
    EXPECT_EQ(effective("").count("rules[0]"), 1U);
    EXPECT_EQ(effective("web").at("limits.processes"), "70 " + file + ":3:45");
    EXPECT_EQ(effective("web").count("rules[0]"), 0U);

    const auto explain = [&](const std::string& key, const std::string& guest) {
        return bus::to_json(
            std::get<0>(policy<bus::Dictionary>("Explain", key, guest, bus::Dictionary())));
    };
    const auto all = explain("limits.processes", "");
    EXPECT_EQ(all.at("value"), "900");
    ASSERT_EQ(all.at("changes").size(), 3U);
    EXPECT_EQ(all.at("changes")[2].at("match"), "{name: web}");
    EXPECT_EQ(all.at("changes")[2].at("counts"), false);
    EXPECT_EQ(explain("limits.processes", "web").at("value"), "70");
    EXPECT_EQ(error_of([&] { explain("limit.processes", ""); }),
              "InvalidArgument: unknown key 'limit.processes'; did you mean 'limits.processes'?");
    EXPECT_TRUE(error_of([&] { explain("user", "nobody-here"); }).starts_with("NoSuchGuest: "));
}

TEST_F(Policy, SaysWhatIsInForceWhileTheFilesDoNotCheck) {
    start_agent();
    write("version: 1\nlimits: {processes: 900}\n");
    reload();
    write(bad);
    EXPECT_TRUE(error_of([&] { reload(); }).starts_with("InvalidPolicy: "));
    const auto [answer] = policy<bus::Dictionary>("Explain", std::string("limits.processes"),
                                                  std::string(), bus::Dictionary());
    EXPECT_EQ(bus::to_json(answer).at("value"), "900");
}

TEST_F(Policy, SaysWhatAGuestsFilterSaysToADevice) {
    start_agent();
    create("web");
    const auto ask = [&](const std::string& node) {
        return bus::to_json(std::get<0>(
            policy<bus::Dictionary>("ExplainDevice", std::string("web"), node, bus::Dictionary())));
    };
    const auto found = ask("/dev/null");
    EXPECT_EQ(found.at("allowed"), true);
    EXPECT_EQ(found.at("because"), "built-in default");
    EXPECT_TRUE(error_of([&] { ask("null"); }).starts_with("InvalidArgument: "));
    EXPECT_TRUE(error_of([&] { ask("/images/a.raw"); }).starts_with("InvalidArgument: "));
}

TEST_F(Policy, ChecksATextByAnyName) {
    start_agent();
    const auto [none] = policy<std::vector<FindingRow>>(
        "Check", std::string("version: 1\n"), std::string("mine.yaml"), bus::Dictionary());
    EXPECT_TRUE(none.empty());
    const auto [found] = policy<std::vector<FindingRow>>(
        "Check", std::string(bad), std::string("mine.yaml"), bus::Dictionary());
    ASSERT_EQ(found.size(), 2U);
    EXPECT_EQ(std::get<0>(found[0]), "mine.yaml");
    EXPECT_EQ(std::get<1>(found[0]), 2U);
    EXPECT_EQ(std::get<2>(found[0]), 1U);
    EXPECT_NE(std::get<3>(found[0]).find("usr"), std::string::npos);
    EXPECT_NE(std::get<4>(found[0]).find("user"), std::string::npos);
    EXPECT_EQ(std::get<5>(found[0]), "error");
    EXPECT_TRUE(std::get<6>(found[0]).starts_with("P"));
    EXPECT_EQ(shown<std::string>("State"), "ok") << "nothing was put into force";
}

} // namespace

} // namespace vmwarden::tests
