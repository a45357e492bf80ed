// SPDX-License-Identifier: LGPL-2.1-or-later
#include "agent/executor/emulator_survey.h"

#include "agent/executor/ask_emulator.h"
#include "agent/host/abilities_cache.h"
#include "agent/host/emulator_files.h"

#include <atomic>
#include <optional>
#include <set>
#include <system_error>
#include <thread>

namespace vmwarden::executor {

namespace {

constexpr const char* cache_name = "capabilities";

bool is_xenner(const std::string& path) {
    return path.ends_with("/xenner");
}

bool may_run(const FileFact& fact) {
    return fact.state == FileFact::State::present && fact.type == FileType::regular &&
           fact.guest_can_execute;
}

} // namespace

// One look at all programs.
class EmulatorSurvey::Run {
  public:
    Run(EmulatorSurvey& survey, const HostFacts& facts)
      : survey_(survey)
      , facts_(facts)
      , deadline_(std::chrono::steady_clock::now() + survey.settings_.all) {}

    EmulatorSurveyResult over(const std::vector<std::string>& programs) {
        for (const auto& path : programs)
            consider(path);
        open_cache();
        recall();
        ask_missing();
        forget_others();
        report();
        return std::move(result_);
    }

  private:
    struct Program {
        std::string path; // as policy names it
        ProgramIdentity identity;
    };
    struct Question {
        std::string resolved;
        ProgramIdentity identity;
        std::optional<Answer> answer; // none: there was no time left
        bool changed = false;         // another file by the time it had answered
    };

    EmulatorSurvey& survey_;
    const HostFacts& facts_;
    const host::QmpClient::Deadline deadline_;
    std::optional<host::AbilitiesCache> cache_;
    std::vector<Program> programs_;
    EmulatorSurveyResult result_;

    void say(std::string line) { result_.log.push_back(std::move(line)); }

    void consider(const std::string& path) {
        const auto& fact = facts_.files.at(path);
        if (!may_run(fact)) return say(path + ": the guests' user may not execute it");
        if (is_xenner(path)) return result_.found.xenners.push_back(path);
        if (const auto identity = host::identity_of_program(fact.resolved))
            programs_.push_back({path, *identity});
    }

    // Without it every agent asks once.
    void open_cache() {
        try {
            cache_.emplace(survey_.settings_.cache_parent, cache_name);
        } catch (const std::system_error& error) {
            say(std::string("what emulators answer is not kept: ") + error.what());
        }
    }

    void recall() {
        for (const auto& program : programs_) {
            if (!cache_ || survey_.known_.count(program.identity) != 0) continue;
            if (auto kept = cache_->read(program.identity))
                survey_.known_.emplace(program.identity, std::move(*kept));
        }
    }

    // Links to one program are one question.
    [[nodiscard]] std::vector<Question> questions() const {
        std::vector<Question> list;
        std::set<ProgramIdentity> listed;
        for (const auto& program : programs_)
            if (survey_.known_.count(program.identity) == 0 &&
                listed.insert(program.identity).second)
                list.push_back(
                    {facts_.files.at(program.path).resolved, program.identity, {}, false});
        return list;
    }

    void ask_missing() {
        auto list = questions();
        std::atomic<std::size_t> next{0};
        const auto work = [&] {
            for (std::size_t i = next++; i < list.size(); i = next++)
                ask(list[i]);
        };
        // An emulator ends with the thread that has started it: these wait for its answer.
        std::vector<std::thread> threads;
        for (unsigned i = 0; i < survey_.settings_.side_by_side && i < list.size(); ++i)
            threads.emplace_back(work);
        for (auto& thread : threads)
            thread.join();
        for (auto& question : list)
            learn(std::move(question));
    }

    // On a thread of its own.
    void ask(Question& question) const {
        const auto now = std::chrono::steady_clock::now();
        const auto its_own = now + survey_.settings_.one;
        if (now >= deadline_) return;
        try {
            question.answer =
                survey_.ask_(question.resolved, *facts_.identity, std::min(deadline_, its_own));
        } catch (const std::exception& error) {
            // With less time than its own it is no fault of the program.
            if (its_own <= deadline_) question.answer = error.what();
        }
        question.changed = host::identity_of_program(question.resolved) != question.identity;
    }

    void learn(Question question) {
        if (!question.answer) return;
        if (question.changed) return say(question.resolved + ": was replaced while it was asked");
        const auto* abilities = std::get_if<EmulatorAbilities>(&*question.answer);
        if (abilities != nullptr) keep(question.identity, *abilities);
        survey_.known_.insert_or_assign(question.identity, std::move(*question.answer));
    }

    void keep(const ProgramIdentity& program, const EmulatorAbilities& abilities) {
        if (!cache_) return;
        try {
            cache_->keep(program, abilities);
        } catch (const std::system_error& error) {
            say(std::string("what an emulator answered is not kept: ") + error.what());
        }
    }

    // Emulators come and go with packages.
    void forget_others() {
        std::set<ProgramIdentity> present;
        for (const auto& program : programs_)
            present.insert(program.identity);
        std::erase_if(survey_.known_,
                      [&](const auto& entry) { return present.count(entry.first) == 0; });
        try {
            if (cache_) cache_->keep_only(present);
        } catch (const std::system_error& error) {
            say(std::string("an old answer stays: ") + error.what());
        }
    }

    void report() {
        for (const auto& [path, identity] : programs_) {
            const auto known = survey_.known_.find(identity);
            if (known == survey_.known_.end())
                say(path + ": could not be asked this time");
            else if (const auto* why = std::get_if<std::string>(&known->second))
                say(path + ": " + *why);
            else
                result_.found.answered.push_back(
                    {path, std::get<EmulatorAbilities>(known->second)});
        }
    }
};

EmulatorSurvey::EmulatorSurvey()
  : EmulatorSurvey(Settings(), [](const std::string& program, const Identity& identity,
                                  host::QmpClient::Deadline deadline) {
      return ask_emulator(program, identity, deadline);
  }) {}

EmulatorSurvey::EmulatorSurvey(Settings settings, Ask ask)
  : settings_(std::move(settings))
  , ask_(std::move(ask)) {}

EmulatorSurveyResult EmulatorSurvey::run(const std::vector<std::string>& programs,
                                         const HostFacts& facts) {
    const std::lock_guard lock(mutex_);
    return Run(*this, facts).over(programs);
}

} // namespace vmwarden::executor
