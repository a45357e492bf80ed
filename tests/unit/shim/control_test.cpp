// SPDX-License-Identifier: LGPL-2.1-or-later
#include "agent/shim/control.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/eventfd.h>
#include <sys/socket.h>

namespace vmwarden::shim {
namespace {

class Control : public testing::Test {
  protected:
    void SetUp() override {
        int ends[2];
        ASSERT_EQ(0, socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends));
        agent = UniqueFd(ends[0]);
        shim = UniqueFd(ends[1]);
        signals = UniqueFd(eventfd(0, EFD_CLOEXEC)); // readable is all that matters here
    }
    Outcome receive_prepare() {
        return receive(shim.get(), signals.get(), Request::prepare, descriptors);
    }
    void say(std::string_view text) {
        ASSERT_EQ(static_cast<ssize_t>(text.size()),
                  send(agent.get(), text.data(), text.size(), 0));
    }

    UniqueFd agent, shim, signals;
    std::vector<UniqueFd> descriptors;
};

TEST_F(Control, takes_descriptors_close_on_exec) {
    Report as_message{.kind = static_cast<Report::Kind>('P')};
    // report() carries a descriptor in the other direction; the first byte is what counts there.
    ASSERT_FALSE(report(agent.get(), as_message, signals.get()));
    EXPECT_EQ(EPROTO, receive_prepare().value()) << "longer than a request";
    ASSERT_EQ(1U, descriptors.size());
    EXPECT_EQ(FD_CLOEXEC, fcntl(descriptors[0].get(), F_GETFD));
}

TEST_F(Control, a_closed_socket_is_the_end) {
    agent.reset();
    EXPECT_EQ(ECONNRESET, receive_prepare().value());
}

TEST_F(Control, another_request_is_not_the_expected_one) {
    say("R");
    EXPECT_EQ(EPROTO, receive_prepare().value());
    say("P");
    EXPECT_FALSE(receive_prepare());
}

TEST_F(Control, a_stop_signal_wins_over_a_request) {
    say("P");
    ASSERT_EQ(0, eventfd_write(signals.get(), 1));
    EXPECT_EQ(EINTR, receive_prepare().value());
}

TEST_F(Control, a_failure_carries_its_step) {
    ASSERT_FALSE(report_failure(shim.get(), "capabilities", failed(EPERM)));
    Report got;
    ASSERT_EQ(static_cast<ssize_t>(sizeof got), recv(agent.get(), &got, sizeof got, 0));
    EXPECT_EQ(Report::Kind::failed, got.kind);
    EXPECT_STREQ("capabilities", got.step_name);
    EXPECT_EQ(EPERM, got.error);
}

} // namespace
} // namespace vmwarden::shim
