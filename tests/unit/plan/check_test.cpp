// SPDX-License-Identifier: LGPL-2.1-or-later
#include "src/plan/check.h"
#include "src/plan/codec.h"
#include "tests/doubles/sample_plan.h"

#include <gtest/gtest.h>

#include <functional>

namespace vmwarden::plan {
namespace {

struct Broken {
    const char* rule;
    std::function<void(LaunchPlan&)> change;
};

const std::vector<Broken>& broken_plans() {
    static const std::vector<Broken> list{
        {"name is empty or has a slash", [](auto& p) { p.name = ""; }},
        {"name is empty or has a slash", [](auto& p) { p.name = "../x"; }},
        {"state directory", [](auto& p) { p.state_directory = "run"; }},
        {"is no scope", [](auto& p) { p.scope.unit = "sshd.service"; }},
        {"is no slice", [](auto& p) { p.scope.slice = "machine"; }},
        {"stop signal 0", [](auto& p) { p.scope.kill_signal = 0; }},
        {"stop signal 65", [](auto& p) { p.scope.kill_signal = 65; }},
        {"without a device filter", [](auto& p) { p.scope.device_filter = false; }},
        {"device rule for '/dev/null'", [](auto& p) { p.scope.devices[0].permissions = "rwx"; }},
        {"device rule for '/dev/null'", [](auto& p) { p.scope.devices[0].permissions = ""; }},
        {"device rule for '/dev/null'", [](auto& p) { p.scope.devices[0].systemd = ""; }},
        {"executable", [](auto& p) { p.process.executable = "qemu"; }},
        {"working directory", [](auto& p) { p.process.working_directory = "."; }},
        {"command line is empty", [](auto& p) { p.process.argv.clear(); }},
        {"umask", [](auto& p) { p.process.umask = 01000; }},
        {"entry 'LC_ALL'", [](auto& p) { p.process.environment[0] = "LC_ALL"; }},
        {"entry '=x'", [](auto& p) { p.process.environment[0] = "=x"; }},
        {"limit 16 does not exist", [](auto& p) { p.process.limits[0].resource = 16; }},
        {"limit -1 does not exist", [](auto& p) { p.process.limits[0].resource = -1; }},
        {"is listed twice", [](auto& p) { p.process.limits[1].resource = RLIMIT_CORE; }},
        {"descriptor 2 is a standard one", [](auto& p) { p.process.fds[0].number = 2; }},
        {"descriptor -1 is a standard one", [](auto& p) { p.process.fds[0].number = -1; }},
        {"descriptor 10 is listed twice", [](auto& p) { p.process.fds[1].number = 10; }},
        {"one too many", [](auto& p) { p.process.fds[2].kind = InheritedFd::Kind::shim_monitor; }},
        {"descriptor 12 has no absolute path", [](auto& p) { p.process.fds[2].path = "log"; }},
        {"path of kernel", [](auto& p) { p.files[2].resolved = "boot/vmlinuz"; }},
        {"has a name that is none", [](auto& p) { p.attendants[0].name = "a long name indeed"; }},
        {"has no absolute path", [](auto& p) { p.attendants[0].executable = "swtpm"; }},
        {"has no absolute path", [](auto& p) { p.attendants[0].argv.clear(); }},
        {"standard descriptor", [](auto& p) { p.attendants[0].fd = 2; }},
        {"not connected", [](auto& p) { p.process.fds[3].device = "tpm1"; }},
        {"there twice", [](auto& p) { p.attendants.push_back(p.attendants[0]); }},
        {"not in the plan", [](auto& p) { p.attendants.clear(); }},
        {"directory for tpm state", [](auto& p) { p.directories[0].path = "tpm"; }},
        {"category pair", [](auto& p) { p.security.category_low = 44; }},
        {"category pair", [](auto& p) { p.security.category_high = 1024; }},
        {"label for the exec", [](auto& p) { p.process.exec_label = ""; }},
    };
    return list;
}

TEST(PlanRules, TheSampleKeepsThemAll) {
    EXPECT_EQ(broken_rule(tests::sample_plan()), "");
}

TEST(PlanRules, EachBrokenRuleIsNamedAndRefusedByTheDecoder) {
    for (std::size_t i = 0; i < broken_plans().size(); ++i) {
        const auto& broken = broken_plans()[i];
        auto plan = tests::sample_plan();
        broken.change(plan);
        EXPECT_NE(broken_rule(plan).find(broken.rule), std::string::npos)
            << i << ": " << broken.rule << " / " << broken_rule(plan);
        EXPECT_FALSE(decode(encode(plan))) << i << ": " << broken.rule;
    }
}

} // namespace
} // namespace vmwarden::plan
