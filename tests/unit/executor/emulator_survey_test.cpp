// SPDX-License-Identifier: LGPL-2.1-or-later
// Who is asked, how often, and what becomes of those that do not answer.
#include "agent/executor/emulator_survey.h"
#include "tests/doubles/emulator_replies.h"

#include <condition_variable>
#include <filesystem>
#include <fstream>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace vmwarden::executor {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;
using testing::HasSubstr;

class Survey : public testing::Test {
  protected:
    void SetUp() override {
        std::string pattern = testing::TempDir() + "surveyXXXXXX";
        ASSERT_NE(nullptr, mkdtemp(pattern.data()));
        directory = fs::canonical(pattern);
        facts.identity = Identity{{64055}, {64055}, {}};
        settings.cache_parent = directory;
    }
    void TearDown() override { fs::remove_all(directory); }

    std::string add(const std::string& name) {
        const auto path = directory + "/" + name;
        std::ofstream(path) << name;
        return list(path, path);
    }
    std::string list(const std::string& path, const std::string& resolved) {
        auto& fact = facts.files[path];
        fact.state = FileFact::State::present;
        fact.resolved = resolved;
        fact.type = FileType::regular;
        fact.guest_can_execute = true;
        programs.push_back(path);
        return path;
    }
    // Another agent: nothing is remembered.
    void restart() { survey.emplace(settings, ask); }
    EmulatorSurveyResult run() {
        if (!survey) restart();
        return survey->run(programs, facts);
    }
    static std::vector<std::string> paths(const EmulatorSurveyResult& result) {
        std::vector<std::string> out;
        for (const auto& each : result.found.answered)
            out.push_back(fs::path(each.path).filename());
        return out;
    }

    std::string directory;
    HostFacts facts;
    std::vector<std::string> programs;
    EmulatorSurvey::Settings settings;
    std::mutex mutex;
    std::multiset<std::string> asked;
    EmulatorSurvey::Ask answer = [](auto&&...) { return tests::sample_abilities(); };
    EmulatorSurvey::Ask ask = [this](const std::string& program, const Identity& identity,
                                     host::QmpClient::Deadline deadline) {
        {
            const std::lock_guard lock(mutex);
            asked.insert(fs::path(program).filename());
        }
        return answer(program, identity, deadline);
    };
    std::optional<EmulatorSurvey> survey;
};

TEST_F(Survey, AsksEachProgramOnceAndNeverAgain) {
    add("a");
    add("b");
    const auto first = run();
    EXPECT_THAT(paths(first), ElementsAre("a", "b"));
    EXPECT_EQ(first.found.answered[0].abilities, tests::sample_abilities());
    EXPECT_THAT(first.log, ElementsAre());
    EXPECT_THAT(asked, ElementsAre("a", "b"));
    EXPECT_THAT(paths(run()), ElementsAre("a", "b"));
    restart();
    EXPECT_THAT(paths(run()), ElementsAre("a", "b"));
    EXPECT_THAT(asked, ElementsAre("a", "b"));
}

TEST_F(Survey, AsksAReplacedProgramAnewAndForgetsTheOld) {
    const auto path = add("a");
    run();
    std::ofstream(directory + "/fresh") << "another";
    fs::rename(directory + "/fresh", path);
    run();
    EXPECT_THAT(asked, ElementsAre("a", "a"));
    const fs::directory_iterator kept(directory + "/capabilities");
    EXPECT_EQ(std::distance(begin(kept), end(kept)), 1);
}

TEST_F(Survey, AsksOneProgramWithTwoNamesOnce) {
    const auto path = add("a");
    fs::create_symlink("a", directory + "/link");
    list(directory + "/link", path);
    EXPECT_THAT(paths(run()), ElementsAre("a", "link"));
    EXPECT_THAT(asked, ElementsAre("a"));
}

TEST_F(Survey, AsksADamagedOrForeignEntryAnew) {
    add("a");
    run();
    const fs::path entry = *fs::directory_iterator(directory + "/capabilities");
    fs::resize_file(entry, 100);
    restart();
    EXPECT_THAT(paths(run()), ElementsAre("a"));
    EXPECT_THAT(asked, ElementsAre("a", "a"));
}

TEST_F(Survey, LeavesOutWhoDoesNotAnswerAndAsksHimNoMore) {
    add("a");
    add("b");
    answer = [](const std::string& program, auto&&...) {
        if (program.ends_with("/b")) throw host::NoAnswer("QEMU has ended");
        return tests::sample_abilities();
    };
    for (int i = 0; i < 2; ++i) {
        const auto result = run();
        EXPECT_THAT(paths(result), ElementsAre("a"));
        EXPECT_THAT(result.log, ElementsAre(directory + "/b: QEMU has ended"));
    }
    EXPECT_THAT(asked, ElementsAre("a", "b"));
    restart();
    run();
    EXPECT_THAT(asked, ElementsAre("a", "b", "b"));
}

TEST_F(Survey, AsksTwoSideBySide) {
    for (const auto* name : {"a", "b", "c", "d"})
        add(name);
    unsigned now = 0, most = 0;
    std::condition_variable changed;
    answer = [&](auto&&...) {
        std::unique_lock lock(mutex);
        most = std::max(most, ++now);
        changed.notify_all();
        changed.wait(lock, [&] { return most == 2; });
        --now;
        return tests::sample_abilities();
    };
    EXPECT_EQ(paths(run()).size(), 4U);
    EXPECT_EQ(most, 2U);
}

TEST_F(Survey, DoesNotBlameWhoseTurnCameTooLate) {
    settings.one = std::chrono::hours(2);
    settings.all = std::chrono::hours(1);
    add("a");
    answer = [](auto&&...) -> EmulatorAbilities { throw host::NoAnswer("no answer in time"); };
    EXPECT_THAT(run().log, ElementsAre(HasSubstr("/a: could not be asked this time")));
    run();
    EXPECT_EQ(asked.size(), 2U);
    settings.all = std::chrono::hours(0);
    restart();
    EXPECT_THAT(run().log, ElementsAre(HasSubstr("/a: could not be asked this time")));
    EXPECT_EQ(asked.size(), 2U);
}

TEST_F(Survey, DoesNotBelieveWhoWasReplacedMeanwhile) {
    const auto path = add("a");
    answer = [&](auto&&...) {
        std::ofstream(path, std::ios::app) << "more";
        return tests::sample_abilities();
    };
    const auto result = run();
    EXPECT_TRUE(result.found.answered.empty());
    EXPECT_THAT(result.log, testing::Contains(HasSubstr("was replaced while it was asked")));
}

TEST_F(Survey, StartsNothingThatTheGuestsUserMayNotExecuteAndNoXenner) {
    facts.files[add("a")].guest_can_execute = false;
    const auto xenner = add("xenner");
    const auto result = run();
    EXPECT_TRUE(asked.empty());
    EXPECT_THAT(result.found.xenners, ElementsAre(xenner));
    EXPECT_THAT(result.log, ElementsAre(HasSubstr("/a: the guests' user may not execute it")));
}

TEST_F(Survey, WorksWithoutAPlaceToKeepAnswers) {
    add("a");
    std::ofstream(directory + "/capabilities") << "in the way";
    const auto result = run();
    EXPECT_THAT(paths(result), ElementsAre("a"));
    EXPECT_THAT(result.log, ElementsAre(HasSubstr("what emulators answer is not kept")));
    run();
    EXPECT_THAT(asked, ElementsAre("a"));
}

} // namespace
} // namespace vmwarden::executor
