// SPDX-License-Identifier: LGPL-2.1-or-later
// The steps of an emulator that is only asked: a guest's, and an end with the agent.
#include "agent/shim/ask.h"

#include <gtest/gtest.h>
#include <string>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

namespace vmwarden::shim {
namespace {

std::vector<std::string> names(std::span<const Step> table) {
    std::vector<std::string> out;
    for (const auto& step : table)
        out.emplace_back(step.name);
    return out;
}

TEST(AskSteps, are_those_of_a_guest_and_one_more) {
    auto wanted = names(steps());
    ASSERT_EQ(wanted.front(), "session");
    wanted.erase(wanted.begin());
    ASSERT_EQ(*(wanted.end() - 2), "shim privileges");
    wanted.insert(wanted.end() - 2, "end with the agent");
    EXPECT_EQ(names(ask_steps()), wanted);
}

// The exit status of a child that does the step with one end of a socket.
int status_of_step(bool agent_is_there) {
    int ends[2];
    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) != 0) return -1;
    UniqueFd agent(ends[0]), own(ends[1]);
    if (!agent_is_there) agent.reset();
    const auto table = ask_steps();
    const Step step = *(table.end() - 3);
    const pid_t pid = fork();
    if (pid == 0) {
        const plan::Process process;
        StepContext context{process, {}, own.get()};
        const auto outcome = step.run(context);
        int signal = 0;
        if (!outcome && (prctl(PR_GET_PDEATHSIG, &signal) < 0 || signal != SIGKILL)) _exit(99);
        _exit(outcome.value());
    }
    int status = 0;
    waitpid(pid, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

TEST(AskSteps, arm_the_signal_while_the_agent_is_there) {
    EXPECT_EQ(status_of_step(true), 0);
    EXPECT_EQ(status_of_step(false), ECANCELED);
}

} // namespace
} // namespace vmwarden::shim
