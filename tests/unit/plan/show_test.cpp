// SPDX-License-Identifier: LGPL-2.1-or-later
#include "src/plan/show.h"
#include "tests/doubles/sample_plan.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace vmwarden::plan {
namespace {

using nlohmann::ordered_json;
using testing::HasSubstr;
using testing::Not;

TEST(PlanJson, HasWordsForNumbersThatHaveThem) {
    const auto json = to_json(tests::sample_plan());
    EXPECT_EQ(json["uuid"], "c7a5fdbd-edaf-9455-926a-d65c16db1809");
    EXPECT_EQ(json["scope"]["kill_signal"], "SIGWINCH");
    EXPECT_EQ(json["process"]["umask"], "0077");
    EXPECT_EQ(json["process"]["limits"][0]["resource"], "core");
    EXPECT_EQ(json["process"]["limits"][2]["value"], "infinity");
    EXPECT_EQ(json["process"]["fds"][2]["kind"], "log_file");
    EXPECT_EQ(json["files"][0]["sharing"], "exclusive");
    EXPECT_EQ(json["process"]["identity"]["groups"], ordered_json::array({108, 64055}));
}

TEST(PlanJson, LeavesTheKeyOfAnAbsentValueOut) {
    const auto json = to_json(tests::sample_plan());
    EXPECT_EQ(json["files"][0]["owner"]["uid"], 64055);
    EXPECT_FALSE(json["files"][1].contains("owner"));
}

TEST(PlanJson, KeysComeInTheOrderOfTheFields) {
    std::string keys;
    const auto json = to_json(tests::sample_plan());
    for (const auto& item : json.items())
        keys += item.key() + " ";
    EXPECT_EQ(keys, "name uuid asked state_directory scope process shim files networks "
                    "links_down host_devices new_files attendants directories security "
                    "restart_on_poweroff decisions ");
}

TEST(PlanText, IsTheSameFromTheJsonAlone) {
    const auto plan = tests::sample_plan();
    EXPECT_EQ(to_text(plan), text_of(ordered_json::parse(to_json(plan).dump())));
}

TEST(PlanText, TellsWhatMatters) {
    const auto text = to_text(tests::sample_plan());
    EXPECT_THAT(text, HasSubstr("Guest hello\n"));
    EXPECT_THAT(text, HasSubstr("uid, gid        64055, 64055\n"));
    EXPECT_THAT(text, HasSubstr("process label   system_u:system_r:svirt_t:s0:c34,c44\n"));
    EXPECT_THAT(text, HasSubstr("c34 and c44, of this guest alone\n"));
    EXPECT_THAT(text, HasSubstr("SIGWINCH, then 90 s to shut down\n"));
    EXPECT_THAT(text, HasSubstr("/dev/char/5:2     rw   policy 50-site.yaml:7:3\n"));
    EXPECT_THAT(text, HasSubstr("is /srv/images/hello.qcow2\n"));
    EXPECT_THAT(text, HasSubstr("owner 64055:64055 while the guest runs\n"));
    EXPECT_THAT(text, HasSubstr("-append 'console=ttyS0 it'\\''s'\n"));
    EXPECT_THAT(text, HasSubstr("user   qemu (uid 64055)  [policy 50-site.yaml:2:1]\n"));
}

TEST(PlanText, SaysWhatIsOff) {
    auto plan = tests::sample_plan();
    plan.scope.device_filter = false;
    plan.process.expect_seccomp = false;
    plan.process.expect_no_new_privs = false;
    plan.security = {};
    const auto text = to_text(plan);
    EXPECT_THAT(text, HasSubstr("  not filtered\n"));
    EXPECT_THAT(text, HasSubstr("system calls    not filtered\n"));
    EXPECT_THAT(text, HasSubstr("no_new_privs is not set\n"));
    EXPECT_THAT(text, HasSubstr("labels          none"));
}

TEST(PlanText, DoesNotDriveTheTerminal) {
    auto json = to_json(tests::sample_plan());
    json["name"] = "\x1b[2J";
    EXPECT_THAT(text_of(json), Not(HasSubstr("\x1b")));
}

TEST(PlanText, ToleratesATreeOfAnotherShape) {
    for (const char* tree : {"null", "[]", "7", "{}", R"({"scope":[],"files":{"a":1}})",
                             R"({"process":{"argv":"x","limits":{"a":[1]},"fds":7}})",
                             R"({"scope":{"devices":{},"device_filter":1,"delegate":{"a":2}}})"})
        EXPECT_THAT(text_of(ordered_json::parse(tree)), HasSubstr("Command line\n")) << tree;
}

TEST(PlanWords, FallBackToTheNumber) {
    EXPECT_EQ(signal_word(SIGTERM), "SIGTERM");
    EXPECT_EQ(signal_word(4000), "4000");
    EXPECT_EQ(resource_word(RLIMIT_NOFILE), "nofile");
    EXPECT_EQ(resource_word(99), "99");
}

} // namespace
} // namespace vmwarden::plan
