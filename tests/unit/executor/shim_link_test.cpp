// SPDX-License-Identifier: LGPL-2.1-or-later
// The agent's end of the control socket, with the shim's own half at the other end.
#include "agent/executor/shim_link.h"
#include "agent/shim/control.h"

#include <gtest/gtest.h>
#include <sys/eventfd.h>
#include <sys/socket.h>

namespace vmwarden::executor {
namespace {

using std::chrono::seconds;

class Link : public testing::Test {
  protected:
    void SetUp() override {
        int ends[2];
        ASSERT_EQ(0, socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends));
        link.emplace(UniqueFd(ends[0]));
        shim = UniqueFd(ends[1]);
        signals = UniqueFd(eventfd(0, EFD_CLOEXEC));
    }
    std::string failure_of_start() {
        try {
            link->await_started(soon);
        } catch (const LaunchError& error) {
            return error.what();
        }
        return "none";
    }
    const ShimLink::Deadline soon = std::chrono::steady_clock::now() + seconds(10);
    std::optional<ShimLink> link;
    UniqueFd shim, signals;
};

TEST_F(Link, both_ends_speak_one_language) {
    std::vector<UniqueFd> descriptors;
    link->send_prepare({signals.get(), shim.get()});
    ASSERT_FALSE(vmwarden::shim::receive(shim.get(), signals.get(),
                                         vmwarden::shim::Request::prepare, descriptors));
    EXPECT_EQ(2U, descriptors.size());
    ASSERT_FALSE(vmwarden::shim::report(
        shim.get(), {.kind = vmwarden::shim::Report::Kind::started, .pid = 77}, signals.get()));
    const StartedQemu started = link->await_started(soon);
    EXPECT_EQ(77, started.pid);
    EXPECT_TRUE(started.pidfd);
}

TEST_F(Link, a_failed_step_is_named_with_its_reason) {
    ASSERT_FALSE(
        vmwarden::shim::report_failure(shim.get(), "capabilities", vmwarden::shim::failed(EPERM)));
    EXPECT_EQ("capabilities: Operation not permitted", failure_of_start());
}

TEST_F(Link, a_shim_that_dies_is_an_error_at_once) {
    shim.reset();
    EXPECT_NE(std::string::npos, failure_of_start().find("has ended"));
}

TEST_F(Link, started_without_a_pidfd_is_not_believed) {
    ASSERT_FALSE(vmwarden::shim::report(
        shim.get(), {.kind = vmwarden::shim::Report::Kind::started, .pid = 77}));
    EXPECT_NE(std::string::npos, failure_of_start().find("out of turn"));
}

TEST_F(Link, a_silent_shim_is_not_waited_for_for_ever) {
    EXPECT_THROW(link->await_ready(std::chrono::steady_clock::now()), LaunchError);
}

} // namespace
} // namespace vmwarden::executor
