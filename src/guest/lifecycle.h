// SPDX-License-Identifier: LGPL-2.1-or-later
// The life of one guest: its states, what may be asked in each, and what happens next. Pure: the
// supervisor feeds events in and carries actions out.
//
//            start                 launched               stop asked
//   defined ------> starting --------------> running <----------------> paused
//   stopped            |                        | shutdown / destroy       |
//   crashed            | launch failed          v                          v
//   failed             v                     stopping ------------------> stopping
//      ^            failed                      | QEMU gone
//      |                                        v
//      +------------------------------- stopped | crashed
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace vmwarden::guest {

// Product contract: these words go over D-Bus as they are.
enum class State { defined, starting, running, paused, stopping, stopped, crashed, failed };
std::string_view to_text(State state);

enum class Verb { start, shutdown, destroy, reboot, reset, suspend, resume };
std::string_view to_text(Verb verb);
std::optional<Verb> verb_of(std::string_view text);

enum class Event {
    launched, // the guest runs and its confinement was read back
    launch_failed,
    paused,         // QMP STOP
    resumed,        // QMP RESUME
    shutdown_asked, // an orderly shutdown was passed on to the guest
    destroy_asked,
    exited_cleanly, // QEMU ended after a shutdown it was asked for, or by the guest's own power-off
    exited_badly,   // by a signal nobody of us sent, or with an error
    start_asked,    // a launch has begun
    shutdown_given_up, // the guest did not heed its power button in time, and goes on
};

// The state after an event; the same state where the event means nothing to it.
State next(State state, Event event);

// May this verb be asked of a guest in this state?
struct Answer {
    enum class Kind { accepted, already, denied };
    Kind kind = Kind::accepted;
    std::string reason; // of a denial: "guest is not running"
    bool operator==(const Answer&) const = default;
};
Answer may(State state, Verb verb);

// Does a QEMU process exist in this state?
bool active(State state);

} // namespace vmwarden::guest
