// SPDX-License-Identifier: LGPL-2.1-or-later
#include "agent/shim/inherited_plan.h"
#include "src/plan/codec.h"

#include <csignal>
#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/mman.h>

namespace vmwarden::shim {
namespace {

LaunchPlan small_plan() {
    LaunchPlan plan;
    plan.name = "a";
    plan.state_directory = "/run/vmwarden/guests/a";
    plan.scope.unit = "vmwarden-a.scope";
    plan.scope.slice = "machine.slice";
    plan.scope.kill_signal = SIGWINCH;
    plan.process.executable = "/bin/true";
    plan.process.argv = {"true"};
    plan.process.fds = {{plan::InheritedFd::Kind::qmp_listener, 10, "/run/x"}};
    return plan;
}

UniqueFd memfd(const std::string& text, bool sealed = true) {
    UniqueFd fd(memfd_create("plan", MFD_CLOEXEC | MFD_ALLOW_SEALING));
    EXPECT_EQ(static_cast<ssize_t>(text.size()), write(fd.get(), text.data(), text.size()));
    if (sealed)
        fcntl(fd.get(), F_ADD_SEALS, F_SEAL_WRITE | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL);
    return fd;
}

std::vector<UniqueFd> message(UniqueFd plan, int others) {
    std::vector<UniqueFd> list;
    list.push_back(std::move(plan));
    for (int i = 0; i < others; ++i)
        list.push_back(memfd("", false));
    return list;
}

TEST(InheritedPlan, takes_the_plan_and_one_descriptor_for_each_it_lists) {
    Prepared prepared;
    ASSERT_FALSE(read_prepared(message(memfd(plan::encode(small_plan())), 2), prepared));
    EXPECT_EQ(small_plan(), prepared.plan);
    EXPECT_TRUE(prepared.exit_record);
    EXPECT_FALSE(prepared.monitor);
    EXPECT_EQ(1U, prepared.for_qemu.size());
}

TEST(InheritedPlan, a_monitor_is_taken_only_when_planned) {
    LaunchPlan plan = small_plan();
    plan.process.fds.push_back({plan::InheritedFd::Kind::shim_monitor, 11, ""});
    Prepared prepared;
    ASSERT_FALSE(read_prepared(message(memfd(plan::encode(plan)), 4), prepared));
    EXPECT_TRUE(prepared.monitor);
    EXPECT_EQ(2U, prepared.for_qemu.size());
}

TEST(InheritedPlan, attendants_have_one_descriptor_each_after_qemus) {
    LaunchPlan plan = small_plan();
    plan.process.fds.push_back({plan::InheritedFd::Kind::attendant, 11, "", false, "tpm0"});
    plan.attendants = {{"tpm0", "/usr/bin/swtpm", {"swtpm"}, 3, "test"}};
    Prepared prepared;
    ASSERT_FALSE(read_prepared(message(memfd(plan::encode(plan)), 4), prepared));
    EXPECT_EQ(2U, prepared.for_qemu.size());
    EXPECT_EQ(1U, prepared.for_attendants.size());
    EXPECT_EQ(EPROTO, read_prepared(message(memfd(plan::encode(plan)), 3), prepared).value());
}

TEST(InheritedPlan, a_plan_that_can_still_change_is_refused) {
    Prepared prepared;
    EXPECT_EQ(
        EPERM,
        read_prepared(message(memfd(plan::encode(small_plan()), false), 2), prepared).value());
}

TEST(InheritedPlan, too_few_and_too_many_descriptors_are_refused) {
    for (const int others : {0, 1, 3}) {
        Prepared prepared;
        const auto outcome =
            read_prepared(message(memfd(plan::encode(small_plan())), others), prepared);
        EXPECT_EQ(EPROTO, outcome.value()) << others;
    }
    Prepared prepared;
    EXPECT_EQ(EPROTO, read_prepared({}, prepared).value());
}

TEST(InheritedPlan, bytes_that_are_no_plan_are_refused) {
    Prepared prepared;
    EXPECT_EQ(EBADMSG, read_prepared(message(memfd("not a plan"), 2), prepared).value());
    const std::string text = plan::encode(small_plan());
    EXPECT_EQ(EBADMSG,
              read_prepared(message(memfd(text.substr(0, text.size() - 1)), 2), prepared).value());
}

} // namespace
} // namespace vmwarden::shim
