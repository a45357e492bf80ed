// SPDX-License-Identifier: LGPL-2.1-or-later
// The jobs in progress: who waits for them, how they end. Loop thread.
#pragma once

#include "agent/supervisor/loop.h"
#include "agent/supervisor/status.h"

#include <functional>
#include <map>
#include <optional>

namespace vmwarden::supervisor {

class Jobs {
  public:
    // Called once with how the job ended; the failure is there unless the result is done.
    using Waiter = std::function<void(JobResult, const std::optional<Failure>&)>;

    JobStatus open(Listener& listener, std::string guest, guest::Verb verb);
    // Calls the waiters and forgets the job; nothing when there is none.
    void close(Listener& listener, std::uint32_t id, JobResult result,
               std::optional<Failure> failure = {});
    void when_done(std::uint32_t id, Waiter waiter);
    // Something to keep until the job ends: its timer.
    void attach(std::uint32_t id, Loop::Source source);

    [[nodiscard]] std::optional<JobStatus> find(const std::string& guest, guest::Verb verb) const;
    [[nodiscard]] std::vector<JobStatus> of(const std::string& guest) const;
    [[nodiscard]] bool empty() const { return jobs_.empty(); }

  private:
    struct Job {
        JobStatus status;
        std::vector<Waiter> waiters;
        Loop::Source timer;
    };
    std::uint32_t last_ = 0;
    std::map<std::uint32_t, Job> jobs_;
};

} // namespace vmwarden::supervisor
