// SPDX-License-Identifier: LGPL-2.1-or-later
#include "agent/shim/ask.h"

#include <algorithm>
#include <csignal>
#include <poll.h>
#include <sys/prctl.h>
#include <unistd.h>

namespace vmwarden::shim {
namespace {

// Below "capabilities": a change of identity would clear the signal. Who has gone before it was set
// has closed the socket.
Outcome end_with_agent(StepContext& context) {
    const auto signal = static_cast<unsigned long>(SIGKILL);
    if (auto bad = errno_of(prctl(PR_SET_PDEATHSIG, signal, 0UL, 0UL, 0UL))) return bad;
    pollfd agent{context.parent, 0, 0};
    if (auto bad = errno_of(poll(&agent, 1, 0))) return bad;
    return agent.revents == 0 ? done() : failed(ECANCELED);
}

constexpr std::string_view already_done = "session";       // by whoever has spawned the shim
constexpr std::string_view last_words = "shim privileges"; // awaits go_ahead

} // namespace

std::vector<Step> ask_steps() {
    std::vector<Step> table(steps().begin(), steps().end());
    std::erase_if(table, [](const Step& step) { return step.name == already_done; });
    const auto at = std::find_if(table.begin(), table.end(),
                                 [](const Step& step) { return step.name == last_words; });
    table.insert(at, {"end with the agent", 224, end_with_agent});
    return table;
}

void become_asked(const Asked& asked, int control) noexcept {
    StepContext context{asked.plan.process,
                        {{asked.words.get(), STDIN_FILENO},
                         {asked.words.get(), STDOUT_FILENO},
                         {asked.errors.get(), STDERR_FILENO}},
                        control};
    walk(ask_steps(), context);
}

} // namespace vmwarden::shim
