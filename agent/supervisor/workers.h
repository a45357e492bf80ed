// SPDX-License-Identifier: LGPL-2.1-or-later
// Threads for what blocks: disks, NSS, systemd, QEMU. What a piece of work finds is handed to the
// loop thread, which alone touches the registry and the bus.
#pragma once

#include "agent/supervisor/failure.h"
#include "agent/supervisor/loop.h"

#include <condition_variable>
#include <deque>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

namespace vmwarden::supervisor {

class Workers {
  public:
    // At most `most` threads, made when there is work; with one, work is done in the order given
    // and its results arrive in that order.
    Workers(Loop& loop, unsigned most)
      : loop_(loop)
      , most_(most) {}
    // Waits for the work that has begun and for what still waits its turn; results that arrive
    // after the loop has stopped are dropped.
    ~Workers();
    Workers(const Workers&) = delete;
    Workers& operator=(const Workers&) = delete;

    // Runs `work` on a thread, then `then` with its result on the loop thread. An exception out of
    // `work` becomes Failure unexpected().
    template <class T, class Work, class Then>
    void run(Work work, Then then) {
        begin([this, work = std::move(work), then = std::move(then)]() mutable {
            auto outcome = std::make_shared<Outcome<T>>(guarded<T>(work));
            loop_.post([this, outcome, then = std::move(then)]() mutable {
                --unfinished_;
                then(std::move(*outcome));
            });
        });
    }

    // Work whose result has not been handed over yet. Loop thread.
    [[nodiscard]] unsigned unfinished() const { return unfinished_; }

  private:
    Loop& loop_;
    const unsigned most_;
    unsigned unfinished_ = 0; // loop thread
    std::mutex mutex_;        // of everything below
    std::condition_variable changed_;
    std::deque<std::function<void()>> waiting_;
    unsigned idle_ = 0;
    bool closing_ = false;
    std::vector<std::thread> threads_;

    void begin(std::function<void()> task);
    void work();

    template <class T, class Work>
    static Outcome<T> guarded(Work& work) {
        try {
            return work();
        } catch (const std::exception& error) {
            return unexpected(error.what());
        }
    }
};

} // namespace vmwarden::supervisor
