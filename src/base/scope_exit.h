// SPDX-License-Identifier: LGPL-2.1-or-later
// Runs a callable when the scope ends, unless dismissed: the undo of a step that may still fail.
#pragma once

#include <utility>

namespace vmwarden {

template <class Callable>
class [[nodiscard]] ScopeExit {
  public:
    explicit ScopeExit(Callable callable)
      : callable_(std::move(callable)) {}
    ScopeExit(const ScopeExit&) = delete;
    ScopeExit& operator=(const ScopeExit&) = delete;
    ~ScopeExit() {
        if (armed_) callable_();
    }
    void dismiss() { armed_ = false; }

  private:
    Callable callable_;
    bool armed_ = true;
};

} // namespace vmwarden
