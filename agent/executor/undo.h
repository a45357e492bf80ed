// SPDX-License-Identifier: LGPL-2.1-or-later
// What must be taken back when a launch fails, in reverse order. A step back that fails does not
// stop the others, and is reported.
#pragma once

#include <functional>
#include <string>
#include <vector>

namespace vmwarden::executor {

class Undo {
  public:
    // `what` completes the sentence "... could not be taken back". `back` may throw.
    void push(std::string what, std::function<void()> back) {
        steps_.push_back({std::move(what), std::move(back)});
    }

    // Runs and forgets all steps, the last pushed first; gives what failed, a line each.
    std::vector<std::string> run() {
        std::vector<std::string> failures;
        for (; !steps_.empty(); steps_.pop_back()) {
            try {
                steps_.back().back();
            } catch (const std::exception& error) {
                failures.push_back(steps_.back().what +
                                   " could not be taken back: " + error.what());
            }
        }
        return failures;
    }
    void forget() { steps_.clear(); }

  private:
    struct Step {
        std::string what;
        std::function<void()> back;
    };
    std::vector<Step> steps_;
};

} // namespace vmwarden::executor
