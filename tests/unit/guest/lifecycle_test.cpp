// SPDX-License-Identifier: LGPL-2.1-or-later
#include "src/guest/lifecycle.h"

#include <gtest/gtest.h>

#include <array>
#include <map>
#include <ostream>
#include <random>

namespace vmwarden::guest {

void PrintTo(State state, std::ostream* out) {
    *out << to_text(state);
}

namespace {

using enum State;
using Kind = Answer::Kind;

constexpr std::array states = {defined,  starting, running, paused,
                               stopping, stopped,  crashed, failed};
constexpr std::array verbs = {Verb::start, Verb::shutdown, Verb::destroy, Verb::reboot,
                              Verb::reset, Verb::suspend,  Verb::resume};
constexpr std::array events = {Event::launched,         Event::launch_failed,  Event::paused,
                               Event::resumed,          Event::shutdown_asked, Event::destroy_asked,
                               Event::exited_cleanly,   Event::exited_badly,   Event::start_asked,
                               Event::shutdown_given_up};

// The whole of next(), written out once more: state, then its successors in the order of `events`.
const std::map<State, std::array<State, events.size()>> successors = {
    {defined,
     {defined, defined, defined, defined, defined, defined, defined, defined, starting, defined}},
    {starting,
     {running, failed, starting, starting, starting, starting, failed, failed, starting, starting}},
    {running,
     {running, running, paused, running, stopping, stopping, stopped, crashed, running, running}},
    {paused,
     {paused, paused, paused, running, stopping, stopping, stopped, crashed, paused, paused}},
    {stopping,
     {stopping, stopping, stopping, stopping, stopping, stopping, stopped, crashed, stopping,
      running}},
    {stopped,
     {stopped, stopped, stopped, stopped, stopped, stopped, stopped, stopped, starting, stopped}},
    {crashed,
     {crashed, crashed, crashed, crashed, crashed, crashed, crashed, crashed, starting, crashed}},
    {failed, {failed, failed, failed, failed, failed, failed, failed, failed, starting, failed}},
};

TEST(Lifecycle, every_event_in_every_state) {
    for (const auto state : states)
        for (std::size_t i = 0; i < events.size(); ++i)
            EXPECT_EQ(next(state, events[i]), successors.at(state)[i])
                << to_text(state) << ", event " << i;
}

constexpr auto yes = Kind::accepted;
constexpr auto same = Kind::already;
constexpr auto no = Kind::denied;

// Likewise may(), in the order of `verbs`.
const std::map<State, std::array<Kind, verbs.size()>> answers = {
    //          start shutdown destroy reboot reset suspend resume
    {defined, {yes, no, no, no, no, no, no}},         {starting, {same, no, no, no, no, no, no}},
    {running, {same, yes, yes, yes, yes, yes, same}}, {paused, {same, no, yes, no, yes, same, yes}},
    {stopping, {no, same, yes, no, no, no, no}},      {stopped, {yes, no, no, no, no, no, no}},
    {crashed, {yes, no, no, no, no, no, no}},         {failed, {yes, no, no, no, no, no, no}},
};

TEST(Lifecycle, every_verb_in_every_state) {
    for (const auto state : states)
        for (std::size_t i = 0; i < verbs.size(); ++i)
            EXPECT_EQ(may(state, verbs[i]).kind, answers.at(state)[i])
                << to_text(verbs[i]) << " while " << to_text(state);
}

TEST(Lifecycle, a_denial_has_a_reason_and_nothing_else_has) {
    for (const auto state : states)
        for (const auto verb : verbs) {
            const auto answer = may(state, verb);
            EXPECT_EQ(answer.kind == Kind::denied, !answer.reason.empty());
        }
    EXPECT_EQ(may(stopped, Verb::shutdown).reason, "guest is not running");
    EXPECT_EQ(may(starting, Verb::destroy).reason, "guest is still starting");
    EXPECT_EQ(may(stopping, Verb::suspend).reason, "guest is stopping");
}

TEST(Lifecycle, words_are_those_of_the_contract) {
    EXPECT_EQ(to_text(defined), "defined");
    EXPECT_EQ(to_text(starting), "starting");
    EXPECT_EQ(to_text(running), "running");
    EXPECT_EQ(to_text(paused), "paused");
    EXPECT_EQ(to_text(stopping), "stopping");
    EXPECT_EQ(to_text(stopped), "stopped");
    EXPECT_EQ(to_text(crashed), "crashed");
    EXPECT_EQ(to_text(failed), "failed");
}

TEST(Lifecycle, verbs_read_back) {
    for (const auto verb : verbs)
        EXPECT_EQ(verb_of(to_text(verb)), verb);
    EXPECT_EQ(verb_of("shutdown"), Verb::shutdown);
    EXPECT_EQ(verb_of("Start"), std::nullopt);
    EXPECT_EQ(verb_of(""), std::nullopt);
}

// What must hold however events arrive: a process is there from the asking to its end, and only
// an end, or a launch that failed, takes it away.
TEST(Lifecycle, any_sequence_of_events_keeps_the_process_accounted_for) {
    std::mt19937 random(20090701);
    std::uniform_int_distribution<std::size_t> pick(0, events.size() - 1);
    auto state = defined;
    std::map<State, unsigned> visited;
    for (int i = 0; i < 200'000; ++i) {
        const auto event = events[pick(random)];
        const auto after = next(state, event);
        const bool ended = event == Event::exited_cleanly || event == Event::exited_badly;
        ASSERT_FALSE(ended && active(after)) << to_text(state) << " -> " << to_text(after);
        if (!active(state)) {
            ASSERT_EQ(active(after), event == Event::start_asked);
        } else if (!ended && event != Event::launch_failed) {
            ASSERT_TRUE(active(after)) << to_text(state) << " -> " << to_text(after);
        }
        ASSERT_FALSE(after == defined && state != defined) << "nothing becomes 'defined' again";
        ++visited[state];
        state = after;
    }
    EXPECT_EQ(visited.size(), states.size());
}

// What may() accepts leads somewhere: an accepted start, stop or pause changes the state.
TEST(Lifecycle, what_is_accepted_has_a_transition) {
    const std::map<Verb, Event> effects = {{Verb::start, Event::start_asked},
                                           {Verb::shutdown, Event::shutdown_asked},
                                           {Verb::suspend, Event::paused},
                                           {Verb::resume, Event::resumed}};
    for (const auto state : states)
        for (const auto& [verb, event] : effects)
            if (may(state, verb).kind == Kind::accepted) {
                EXPECT_NE(next(state, event), state)
                    << to_text(verb) << " while " << to_text(state);
            }
}

} // namespace
} // namespace vmwarden::guest
