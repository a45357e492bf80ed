// SPDX-License-Identifier: LGPL-2.1-or-later
// What the supervisor tells the world, as values, and to whom. agent/bus listens; nothing here
// knows it.
#pragma once

#include "agent/supervisor/failure.h"
#include "src/guest/lifecycle.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace vmwarden::supervisor {

struct GuestStatus {
    std::string name;
    std::string uuid; // empty as long as nobody has chosen one
    guest::State state = guest::State::defined;
    std::string unit;
    std::uint32_t main_pid = 0; // QEMU; 0: none
    bool transient = false;     // not kept on disk
    std::string process_label;
    std::string image_label;
    std::string user;
    std::string group;
    std::uint64_t since_usec = 0; // CLOCK_REALTIME at the last change of state
    std::string exit_reason;
    bool operator==(const GuestStatus&) const = default;
};

struct JobStatus {
    std::uint32_t id = 0;
    std::string guest;
    std::string verb;
    bool operator==(const JobStatus&) const = default;
};

// Of systemd's words those that can happen here.
enum class JobResult { done, timeout, failed };
std::string_view to_text(JobResult result);

struct PolicyStatus {
    bool stale = false;
    std::vector<std::string> sources;
    std::vector<Diagnostic> errors;
    std::string trial;                  // name of the policy file on trial; empty: none
    std::uint64_t trial_until_usec = 0; // CLOCK_REALTIME
    bool operator==(const PolicyStatus&) const = default;
};

// Called on the loop thread.
class Listener {
  public:
    virtual ~Listener() = default;
    virtual void guest_added(const GuestStatus& status) = 0;
    virtual void guest_changed(const GuestStatus& before, const GuestStatus& now) = 0;
    virtual void guest_removed(const GuestStatus& status) = 0;
    virtual void job_added(const JobStatus& job) = 0;
    virtual void job_removed(const JobStatus& job, JobResult result) = 0;
    virtual void policy_changed(const PolicyStatus& before, const PolicyStatus& now) = 0;
};

} // namespace vmwarden::supervisor
