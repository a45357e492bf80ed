// SPDX-License-Identifier: LGPL-2.1-or-later
// The agent's one loop, on sd-event: descriptors, timers, signals, and work posted by other
// threads. Everything here but post() belongs to the loop thread. A callback that throws ends run()
// with that exception.
#pragma once

#include "src/base/unique_fd.h"

#include <chrono>
#include <cstdint>
#include <exception>
#include <functional>
#include <memory>
#include <mutex>
#include <systemd/sd-event.h>
#include <vector>

namespace vmwarden::supervisor {

class Loop {
  public:
    using Callback = std::function<void()>;

    // Keeps a callback armed; dropping it disarms, also out of the callback itself.
    class Source {
      public:
        Source() = default;
        explicit operator bool() const { return state_ != nullptr; }

      private:
        friend class Loop;
        struct State;
        std::shared_ptr<State> state_;
    };

    Loop();
    ~Loop();
    Loop(const Loop&) = delete;
    Loop& operator=(const Loop&) = delete;

    // `events` as of epoll_ctl(2), level-triggered. The descriptor stays the caller's and must
    // outlive the source.
    Source watch(int fd, std::uint32_t events, Callback callback);
    // Once.
    Source after(std::chrono::microseconds delay, Callback callback);
    // The signal must be blocked in every thread.
    Source on_signal(int signal, Callback callback);

    // After whatever else was dispatched.
    Source after_dispatch(Callback callback);

    // Runs `callback` on the loop thread, in the order of posting. Any thread.
    void post(Callback callback);

    void run();
    void stop();
    // Ends run() with this.
    void fail(std::exception_ptr failure);
    [[nodiscard]] sd_event* raw() const { return event_.get(); }

  private:
    struct Unref {
        void operator()(sd_event* event) const { sd_event_unref(event); }
    };
    std::unique_ptr<sd_event, Unref> event_;
    std::exception_ptr failure_;
    UniqueFd wake_;
    std::mutex mutex_; // of posted_
    std::vector<Callback> posted_;
    Source wake_source_;

    void run_posted();
    Source adopt(std::shared_ptr<Source::State> state, int error, const char* what);
};

} // namespace vmwarden::supervisor
