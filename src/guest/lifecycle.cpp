// SPDX-License-Identifier: LGPL-2.1-or-later
#include "src/guest/lifecycle.h"

#include <algorithm>
#include <array>

namespace vmwarden::guest {

namespace {

using enum State;

template <class Enum>
constexpr std::size_t at(Enum value) {
    return static_cast<std::size_t>(value);
}

constexpr std::size_t state_count = at(failed) + 1;
constexpr std::size_t verb_count = at(Verb::resume) + 1;

constexpr std::array<std::string_view, state_count> state_words = {
    "defined", "starting", "running", "paused", "stopping", "stopped", "crashed", "failed"};

constexpr std::array<std::string_view, verb_count> verb_words = {
    "start", "shutdown", "destroy", "reboot", "reset", "suspend", "resume"};

struct Transition {
    State from;
    Event event;
    State to;
};

// All that ever happens; any other event leaves the state alone. A guest that is stopping may pause
// and resume on its way out: only its end changes anything.
constexpr Transition transitions[] = {
    {defined, Event::start_asked, starting},
    {stopped, Event::start_asked, starting},
    {crashed, Event::start_asked, starting},
    {failed, Event::start_asked, starting},

    {starting, Event::launched, running},
    {starting, Event::launch_failed, failed},
    {starting, Event::exited_cleanly, failed},
    {starting, Event::exited_badly, failed},

    {running, Event::paused, paused},
    {paused, Event::resumed, running},

    {running, Event::shutdown_asked, stopping},
    {running, Event::destroy_asked, stopping},
    {paused, Event::shutdown_asked, stopping},
    {paused, Event::destroy_asked, stopping},

    {running, Event::exited_cleanly, stopped},
    {running, Event::exited_badly, crashed},
    {paused, Event::exited_cleanly, stopped},
    {paused, Event::exited_badly, crashed},
    {stopping, Event::exited_cleanly, stopped},
    {stopping, Event::exited_badly, crashed},
    {stopping, Event::shutdown_given_up, running},
};

Answer accepted() {
    return {};
}
Answer already() {
    return {Answer::Kind::already, {}};
}
Answer denied(const char* reason) {
    return {Answer::Kind::denied, reason};
}

Answer may_while_starting(Verb verb) {
    return verb == Verb::start ? already() : denied("guest is still starting");
}

Answer may_while_running(Verb verb) {
    return verb == Verb::start || verb == Verb::resume ? already() : accepted();
}

// A paused guest has no processor that could see the power button.
Answer may_while_paused(Verb verb) {
    switch (verb) {
    case Verb::start:
    case Verb::suspend:
        return already();
    case Verb::destroy:
    case Verb::reset:
    case Verb::resume:
        return accepted();
    case Verb::shutdown:
    case Verb::reboot:
        break;
    }
    return denied("guest is paused; resume it first, or destroy it");
}

// An orderly shutdown may take for ever; to destroy the guest is the way out.
Answer may_while_stopping(Verb verb) {
    if (verb == Verb::shutdown) return already();
    return verb == Verb::destroy ? accepted() : denied("guest is stopping");
}

Answer may_without_process(Verb verb) {
    return verb == Verb::start ? accepted() : denied("guest is not running");
}

} // namespace

std::string_view to_text(State state) {
    return state_words.at(at(state));
}

std::string_view to_text(Verb verb) {
    return verb_words.at(at(verb));
}

std::optional<Verb> verb_of(std::string_view text) {
    const auto* found = std::ranges::find(verb_words, text);
    if (found == verb_words.end()) return std::nullopt;
    return static_cast<Verb>(found - verb_words.begin());
}

State next(State state, Event event) {
    for (const auto& transition : transitions)
        if (transition.from == state && transition.event == event) return transition.to;
    return state;
}

Answer may(State state, Verb verb) {
    switch (state) {
    case starting:
        return may_while_starting(verb);
    case running:
        return may_while_running(verb);
    case paused:
        return may_while_paused(verb);
    case stopping:
        return may_while_stopping(verb);
    case defined:
    case stopped:
    case crashed:
    case failed:
        break;
    }
    return may_without_process(verb);
}

bool active(State state) {
    return state == starting || state == running || state == paused || state == stopping;
}

} // namespace vmwarden::guest
