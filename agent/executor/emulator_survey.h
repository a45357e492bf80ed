// SPDX-License-Identifier: LGPL-2.1-or-later
// What all emulators of the host can do: each program is asked once, whoever wants to know.
#pragma once

#include "agent/host/emulator_talk.h"
#include "src/capabilities/abilities_json.h"
#include "src/capabilities/found_emulators.h"
#include "src/hostfacts/host_facts.h"

#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <variant>
#include <vector>

namespace vmwarden::executor {

struct EmulatorSurveyResult {
    FoundEmulators found;
    std::vector<std::string> log; // what was left out and why, and what went wrong, a line each
};

class EmulatorSurvey {
  public:
    struct Settings {
        std::string cache_parent = "/var/cache/vmwarden"; // may belong to the guests' account
        std::chrono::milliseconds one{30'000}; // for one emulator; a VM under load needs ten
        std::chrono::milliseconds all{80'000}; // for all together; below the unit's TimeoutStopSec=
        unsigned side_by_side = 2;
    };
    // As ask_emulator(); called on several threads at once.
    using Ask = std::function<EmulatorAbilities(const std::string& program, const Identity&,
                                                host::QmpClient::Deadline)>;
    EmulatorSurvey();
    EmulatorSurvey(Settings settings, Ask ask);

    // `programs` are known to `facts`, which has an identity. Starts those whose answer is neither
    // remembered nor kept on disk; a refusal to answer is remembered as long as this object lives,
    // so that nobody can have the same program started over and over. One at a time.
    EmulatorSurveyResult run(const std::vector<std::string>& programs, const HostFacts& facts);

  private:
    using Answer = std::variant<EmulatorAbilities, std::string>; // or why not

    const Settings settings_;
    const Ask ask_;
    std::mutex mutex_; // held for a whole run
    std::map<ProgramIdentity, Answer> known_;

    class Run;
};

} // namespace vmwarden::executor
