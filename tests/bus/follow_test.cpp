// SPDX-License-Identifier: LGPL-2.1-or-later
// What follows the policy while guests run.
#include "agent/bus/json_variant.h"
#include "tests/bus/bus_fixture.h"

#include <nlohmann/json.hpp>

namespace vmwarden::tests {

namespace {

const std::string emulators = "version: 1\nemulators: [/usr/bin/qemu-system-x86_64]\n";

std::string processes(int number) {
    return emulators + "limits: {processes: " + std::to_string(number) + "}\n";
}

class Follow : public BusTest {
  protected:
    void write(const std::string& text) {
        host_.script([&](auto& s) { s.policy = text; });
    }
    void reload() { call<>("/org/vmwarden1", "org.vmwarden1.Policy", "Reload", bus::Dictionary()); }
    std::future<void> begin_reload() {
        return std::async(std::launch::async, [this] { reload(); });
    }
    // A plan is made with the policy of the files: the agent has seen them when this returns.
    void let_the_agent_look() {
        manager<bus::Dictionary>("PlanGuest", xml("unheard-of", "/images/other.raw"),
                                 bus::Dictionary());
    }
    using Limited = std::vector<std::pair<std::string, std::uint64_t>>;
    Limited limited() {
        return host_.script([](const auto& s) {
            Limited all;
            for (const auto& plan : s.limited)
                all.emplace_back(plan.name, plan.scope.tasks_max);
            return all;
        });
    }
    void hold(bool held) {
        host_.script([&](auto& s) { s.hold_limits = held; });
    }
    // GetPlan, as far as it is about the scope.
    std::uint64_t planned(const std::string& name) {
        const auto plan = std::get<0>(guest<bus::Dictionary>(name, "GetPlan"));
        const auto scope = plan.at("scope").get<bus::Dictionary>();
        return bus::to_json(scope).at("tasks_max").get<std::uint64_t>();
    }
};

TEST_F(Follow, AReloadIsDoneWhenTheLimitsAreSet) {
    start_agent();
    create("web");
    write(processes(700));
    reload();
    EXPECT_EQ(limited(), (Limited{{"web", 700}}));
    EXPECT_EQ(planned("web"), 700U);
    reload();
    EXPECT_EQ(limited().size(), 1U);
}

TEST_F(Follow, AChangeThatALaunchSeesIsFollowedAsWell) {
    start_agent();
    create("web");
    write(processes(700));
    create("other", "/images/b.raw");
    host_.wait_for_limits(1);
    reload();
    EXPECT_EQ(limited(), (Limited{{"web", 700}}));
}

TEST_F(Follow, ARuleForOneGuestChangesThatOneAlone) {
    start_agent();
    create("web-1");
    create("db", "/images/b.raw");
    write(emulators +
          "rules:\n  - match: {name: \"web-*\"}\n    set: {limits: {processes: 300}}\n");
    reload();
    EXPECT_EQ(limited(), (Limited{{"web-1", 300}}));
    EXPECT_EQ(planned("db"), 4096U);
}

TEST_F(Follow, TwoChangesEndWithTheLast) {
    start_agent();
    create("web");
    hold(true);
    write(processes(700));
    auto first = begin_reload();
    host_.wait_for_limits(1);
    write(processes(800));
    let_the_agent_look();
    hold(false);
    first.get();
    EXPECT_EQ(limited(), (Limited{{"web", 700}, {"web", 800}}));
    EXPECT_EQ(planned("web"), 800U);
}

TEST_F(Follow, AFailureLeavesThePlanAndIsTriedAgainAtTheNextReload) {
    start_agent();
    create("web");
    host_.script([](auto& s) { s.limits_fail = true; });
    write(processes(700));
    reload();
    EXPECT_EQ(planned("web"), 4096U);
    host_.script([](auto& s) { s.limits_fail = false; });
    reload();
    EXPECT_EQ(planned("web"), 700U);
}

TEST_F(Follow, NothingFollowsFilesThatDoNotCheck) {
    start_agent();
    create("web");
    write("version: 1\nlimits: {processes: 700}\nusr: qemu\n");
    error_of([&] { reload(); });
    EXPECT_EQ(planned("web"), 4096U);
}

// Another guest that ends later is over first; this one waits for whoever sets its limits.
TEST_F(Follow, AGuestThatEndsMeanwhileIsTakenBackAfterwards) {
    start_agent();
    create("web");
    create("other", "/images/b.raw");
    hold(true);
    write(emulators + "rules:\n  - match: {name: web}\n    set: {limits: {processes: 300}}\n");
    auto reloaded = begin_reload();
    host_.wait_for_limits(1);
    host_.end("web");
    host_.end("other");
    heard_.wait_for("Removed /org/vmwarden1/guest/other");
    EXPECT_EQ(host_.script([](const auto& s) { return s.taken_back; }),
              std::vector<std::string>{"other"});
    hold(false);
    reloaded.get();
    heard_.wait_for("Removed /org/vmwarden1/guest/web");
}

TEST_F(Follow, AnAdoptedGuestIsBroughtToThePolicyInForce) {
    start_agent();
    create("web");
    stop_agent();
    const auto plan = host_.script([](const auto& s) { return s.launched.at(0); });
    auto survivor = host_.make_guest(plan);
    host_.script([&](auto& s) { s.survivors.push_back({"web", std::move(survivor)}); });
    write(processes(700));
    start_agent();
    host_.wait_for_limits(1);
    reload();
    EXPECT_EQ(limited(), (Limited{{"web", 700}}));
    EXPECT_EQ(planned("web"), 700U);
}

TEST_F(Follow, OurDirectoriesFollowTheHostsAccountAtTheStartAndAtEveryChange) {
    write(emulators + "user: one\n");
    start_agent();
    host_.wait_for_passes(1);
    create("web", "/images/a.raw");
    write(emulators + "user: two\ngroup: crowd\nrules:\n  - {set: {user: three}}\n");
    reload();
    const auto owned = host_.script([](const auto& s) { return s.owned; });
    EXPECT_EQ(owned.front().user, "one");
    EXPECT_EQ(owned.back().user, "two");
    EXPECT_EQ(owned.back().group, "crowd");
    const auto disk = host_.script([](const auto& s) { return s.launched.at(0).files.at(0).id; });
    EXPECT_EQ(owned.back().in_use, std::set<FileId>{disk});
}

TEST_F(Follow, WhatAGuestHeldIsTriedAgainWhenItEnds) {
    start_agent();
    host_.wait_for_passes(1);
    create("web");
    host_.script([](auto& s) { s.pass_is_complete = false; });
    reload();
    const auto passes = host_.script([](auto& s) {
        s.pass_is_complete = true;
        return s.owned.size();
    });
    ask("web", "Destroy");
    host_.wait_for_passes(passes + 1);
    EXPECT_TRUE(host_.script([](const auto& s) { return s.owned.back().in_use.empty(); }));
    create("other", "/images/b.raw");
    ask("other", "Destroy");
    reload(); // its own pass is the only one since
    EXPECT_EQ(host_.script([](const auto& s) { return s.owned.size(); }), passes + 2);
}

} // namespace

} // namespace vmwarden::tests
