// SPDX-License-Identifier: LGPL-2.1-or-later
// The seam to polkit: may whoever sits behind a bus name do this?
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <systemd/sd-event.h>

namespace vmwarden::host {

class Authority {
  public:
    enum class Answer {
        yes,
        no,
        challenge,   // yes, if a person authenticates; only where the question forbade asking one
        unavailable, // polkit could not be asked
    };
    struct Question {
        std::string subject; // unique bus name of the caller
        std::string action;
        std::map<std::string, std::string> details; // for rules: "guest", "verb"
        bool interactive = false;                   // a person may be asked; can take minutes
    };
    using Callback = std::function<void(Answer)>;

    virtual ~Authority() = default;
    // Never blocks; the callback comes once, from the loop, unless the authority goes first. A
    // question whose subject leaves the bus is cancelled and answered "no".
    virtual void ask(Question question, Callback callback) = 0;
};

// polkit on the system bus, over a connection of its own: the question names the caller, so it need
// not come from the connection that serves the caller.
std::unique_ptr<Authority> connect_polkit(sd_event* loop);

} // namespace vmwarden::host
