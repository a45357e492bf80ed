// SPDX-License-Identifier: LGPL-2.1-or-later
// The table of steps: its order, and that every step fails closed.
#include "agent/shim/steps.h"
#include "src/base/unique_fd.h"
#include "tests/unit/shim/in_child.h"

#include <algorithm>
#include <csignal>
#include <fcntl.h>
#include <gtest/gtest.h>
#include <set>
#include <string>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>

namespace vmwarden::shim {
namespace {

std::size_t place_of(std::string_view name) {
    const auto table = steps();
    const auto found = std::find_if(table.begin(), table.end(),
                                    [&](const Step& step) { return step.name == name; });
    EXPECT_NE(table.end(), found) << name;
    return static_cast<std::size_t>(found - table.begin());
}

const Step& step(std::string_view name) {
    return steps()[place_of(name)];
}

plan::Process harmless() {
    plan::Process process;
    process.executable = "/bin/true";
    process.argv = {"/bin/true"};
    process.identity = {{getuid()}, {getgid()}, {}};
    return process;
}

// What one step says in a process without privilege; 0 is done.
int unprivileged(std::string_view name, const plan::Process& process) {
    return test::in_child([&] {
        test::become_nobody();
        StepContext context{process, {}, -1};
        return step(name).run(context).value();
    });
}

struct Walk {
    std::vector<StepReport> reports;
    int exit = -1;
};

Walk walk_in_child(std::span<const Step> table, const plan::Process& process) {
    int ends[2];
    EXPECT_EQ(0, pipe2(ends, O_CLOEXEC));
    UniqueFd reader(ends[0]), writer(ends[1]);
    Walk result;
    result.exit = test::in_child([&]() -> int {
        StepContext context{process, {}, writer.get()};
        walk(table, context);
    });
    writer.reset();
    StepReport report;
    while (read(reader.get(), &report, sizeof report) == static_cast<ssize_t>(sizeof report))
        result.reports.push_back(report);
    return result;
}

TEST(Steps, names_and_exit_codes_are_unique_and_fit_the_report) {
    std::set<std::string_view> names;
    std::set<int> codes;
    for (const Step& each : steps()) {
        EXPECT_TRUE(names.insert(each.name).second) << each.name;
        EXPECT_TRUE(codes.insert(each.exit_code).second) << each.name;
        EXPECT_LT(each.name.size(), StepReport::name_size);
        EXPECT_GT(each.exit_code, 1);
    }
}

TEST(Steps, privilege_goes_in_the_only_order_that_works) {
    EXPECT_LT(place_of("bounding set"), place_of("uid"));
    EXPECT_LT(place_of("securebits"), place_of("uid"));
    EXPECT_LT(place_of("resource limits"), place_of("uid"));
    EXPECT_LT(place_of("supplementary groups"), place_of("gid"));
    EXPECT_LT(place_of("gid"), place_of("uid"));
    EXPECT_LT(place_of("uid"), place_of("capabilities"));
    EXPECT_LT(place_of("exec label"), place_of("no new privileges"));
    EXPECT_EQ(place_of("shim privileges"), steps().size() - 2);
    EXPECT_EQ(place_of("exec"), steps().size() - 1);
}

// What the step says when the parent sends `word`, or hangs up for 0.
int told(char word) {
    int ends[2];
    EXPECT_EQ(0, socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends));
    UniqueFd parent(ends[0]);
    const UniqueFd child(ends[1]);
    EXPECT_EQ(word != 0 ? 1 : 0, write(parent.get(), &word, word != 0 ? 1 : 0));
    parent.reset();
    const plan::Process process = harmless();
    StepContext context{process, {}, child.get()};
    return step("shim privileges").run(context).value();
}

TEST(Steps, nothing_is_executed_beside_a_shim_with_privilege) {
    EXPECT_EQ(0, told(go_ahead));
    EXPECT_EQ(ECANCELED, told('x'));
    EXPECT_EQ(ECANCELED, told(0));
}

// A fault in any place: the steps before it run, those after it do not, and the report names it.
TEST(Steps, the_first_failing_step_ends_the_walk) {
    static int ran = 0;
    for (std::size_t faulty = 0; faulty < steps().size(); ++faulty) {
        std::vector<Step> table(steps().begin(), steps().end());
        for (Step& each : table)
            each.run = [](StepContext&) {
                ++ran;
                return done();
            };
        table[faulty].run = [](StepContext& context) {
            if (write(context.parent, "", 0) < 0) return failed(EIO);
            return failed(1000 + ran);
        };
        ran = 0;
        const Walk result = walk_in_child(table, harmless());
        ASSERT_EQ(1U, result.reports.size());
        EXPECT_FALSE(result.reports[0].handed_over);
        EXPECT_EQ(faulty, result.reports[0].step);
        EXPECT_EQ(table[faulty].name, result.reports[0].name);
        EXPECT_EQ(1000 + static_cast<int>(faulty), result.reports[0].error);
        EXPECT_EQ(table[faulty].exit_code, result.exit);
    }
}

TEST(Steps, a_table_that_ends_without_an_exec_is_a_failure) {
    const Step table[] = {{"nothing", 2, [](StepContext&) { return done(); }}};
    const Walk result = walk_in_child(table, harmless());
    EXPECT_TRUE(result.reports.empty());
    EXPECT_EQ(EXIT_FAILURE, result.exit);
}

TEST(Steps, exec_is_announced_and_then_silent) {
    const Walk result = walk_in_child(steps().last(1), harmless());
    ASSERT_EQ(1U, result.reports.size());
    EXPECT_TRUE(result.reports[0].handed_over);
    EXPECT_EQ(0, result.exit);
}

TEST(Steps, an_exec_that_fails_is_reported_after_its_announcement) {
    plan::Process process = harmless();
    process.executable = "/nonexistent/qemu";
    const Walk result = walk_in_child(steps().last(1), process);
    ASSERT_EQ(2U, result.reports.size());
    EXPECT_TRUE(result.reports[0].handed_over);
    EXPECT_EQ(ENOENT, result.reports[1].error);
    EXPECT_STREQ("exec", result.reports[1].name);
}

TEST(Steps, a_bounding_set_that_cannot_be_emptied_fails) {
    EXPECT_NE(0, unprivileged("bounding set", harmless()));
}

TEST(Steps, securebits_that_cannot_be_locked_fail) {
    EXPECT_EQ(EPERM, unprivileged("securebits", harmless()));
}

// The three other sets can be emptied by anybody; the full bounding set is what it stumbles over.
TEST(Steps, empty_capability_sets_beside_a_full_bounding_set_fail) {
    EXPECT_EQ(EPERM, unprivileged("capabilities", harmless()));
}

TEST(Steps, ids_that_cannot_be_had_fail) {
    plan::Process process = harmless();
    process.identity = {{4321}, {4321}, {{4321}}};
    EXPECT_EQ(EPERM, unprivileged("supplementary groups", process));
    EXPECT_EQ(EPERM, unprivileged("uid", process));
    process.identity.gid.value = 4322;
    EXPECT_EQ(EPERM, test::in_child([&] {
                  if (geteuid() == 0 && (setresgid(65534, 65534, 65534) != 0)) return -1;
                  test::become_nobody();
                  StepContext context{process, {}, -1};
                  return step("gid").run(context).value();
              }));
}

// setresuid(-1) would succeed and change nothing.
TEST(Steps, the_id_that_means_no_change_is_refused) {
    plan::Process process = harmless();
    process.identity = {{static_cast<std::uint32_t>(-1)}, {static_cast<std::uint32_t>(-1)}, {}};
    EXPECT_EQ(EINVAL, unprivileged("uid", process));
    EXPECT_EQ(EINVAL, unprivileged("gid", process));
}

TEST(Steps, a_limit_over_the_hard_one_fails) {
    plan::Process process = harmless();
    process.limits = {{RLIMIT_NOFILE, RLIM_INFINITY}};
    EXPECT_EQ(EPERM, unprivileged("resource limits", process));
    process.limits = {{4711, 1}};
    EXPECT_EQ(EINVAL, unprivileged("resource limits", process));
    process.limits = {{RLIMIT_NOFILE, 64}};
    EXPECT_EQ(0, unprivileged("resource limits", process));
}

TEST(Steps, a_working_directory_that_is_not_there_fails) {
    plan::Process process = harmless();
    process.working_directory = "/nonexistent";
    EXPECT_EQ(ENOENT, unprivileged("working directory", process));
}

// No policy knows this context, and without SELinux no context is known.
TEST(Steps, a_label_that_cannot_be_had_fails) {
    plan::Process process = harmless();
    process.exec_label = "no:such:context";
    EXPECT_NE(0, unprivileged("exec label", process));
    process.exec_label.clear();
    EXPECT_EQ(0, unprivileged("exec label", process));
}

TEST(Steps, no_new_privileges_is_set_when_planned_and_only_then) {
    plan::Process process = harmless();
    for (const bool planned : {true, false}) {
        process.no_new_privs_before_exec = planned;
        EXPECT_EQ(planned ? 1 : 0, test::in_child([&] {
                      StepContext context{process, {}, -1};
                      if (step("no new privileges").run(context)) return 2;
                      return prctl(PR_GET_NO_NEW_PRIVS, 0UL, 0UL, 0UL, 0UL);
                  }));
    }
}

TEST(Steps, nobody_of_the_same_uid_may_look_in_until_the_exec) {
    EXPECT_EQ(0, test::in_child([] {
                  const plan::Process process = harmless();
                  StepContext context{process, {}, -1};
                  if (step("ptrace protection").run(context)) return 2;
                  return prctl(PR_GET_DUMPABLE, 0UL, 0UL, 0UL, 0UL);
              }));
    EXPECT_LT(place_of("ptrace protection"), place_of("uid"));
}

TEST(Steps, ignored_signals_are_plain_again) {
    EXPECT_EQ(0, test::in_child([] {
                  signal(SIGPIPE, SIG_IGN);
                  const plan::Process process = harmless();
                  StepContext context{process, {}, -1};
                  if (step("signals").run(context)) return 1;
                  struct sigaction now {};
                  sigaction(SIGPIPE, nullptr, &now);
                  return now.sa_handler == SIG_DFL ? 0 : 2;
              }));
}

} // namespace
} // namespace vmwarden::shim
