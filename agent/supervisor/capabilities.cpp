// SPDX-License-Identifier: LGPL-2.1-or-later
// Supervisor: what this host can run.
#include "agent/supervisor/supervisor.h"

#include "agent/supervisor/log.h"

#include <algorithm>

namespace vmwarden::supervisor {

namespace {

struct Look {
    Outcome<std::string> xml;
    std::vector<std::string> log;
};

Look look(Effects& effects, const HostPolicy& policy) {
    auto seen = effects.capabilities(policy);
    if (!seen.problem.empty())
        return {Failure{Failure::Kind::operation_failed, std::move(seen.problem)}, {}};
    return {to_xml(seen.capabilities), std::move(seen.log)};
}

} // namespace

void Supervisor::capabilities(Then<std::string> then) {
    capabilities_wanted_.push_back(std::move(then));
    if (capabilities_wanted_.size() > 1) return;
    asking_.run<Look>([this] { return look(effects_, pipeline_.policy_in_force()->policy); },
                      [this](Outcome<Look> outcome) {
                          Outcome<std::string> answer;
                          if (auto* failure = std::get_if<Failure>(&outcome)) {
                              answer = std::move(*failure);
                          } else {
                              answer = std::move(std::get<Look>(outcome).xml);
                              log_capabilities(std::move(std::get<Look>(outcome).log));
                          }
                          for (const auto& give : std::exchange(capabilities_wanted_, {}))
                              give(answer);
                      });
}

// Everybody may ask, and must not fill the log by it.
void Supervisor::log_capabilities(std::vector<std::string> lines) {
    for (const auto& line : lines)
        if (std::find(capabilities_log_.begin(), capabilities_log_.end(), line) ==
            capabilities_log_.end())
            log(LOG_WARNING, "capabilities: " + line);
    capabilities_log_ = std::move(lines);
}

} // namespace vmwarden::supervisor
