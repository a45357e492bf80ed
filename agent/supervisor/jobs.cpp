// SPDX-License-Identifier: LGPL-2.1-or-later
#include "agent/supervisor/jobs.h"

namespace vmwarden::supervisor {

std::string_view to_text(JobResult result) {
    switch (result) {
    case JobResult::done:
        return "done";
    case JobResult::timeout:
        return "timeout";
    case JobResult::failed:
        return "failed";
    }
    return {};
}

JobStatus Jobs::open(Listener& listener, std::string guest, guest::Verb verb) {
    const JobStatus status{++last_, std::move(guest), std::string(guest::to_text(verb))};
    jobs_[status.id].status = status;
    listener.job_added(status);
    return status;
}

void Jobs::close(Listener& listener, std::uint32_t id, JobResult result,
                 std::optional<Failure> failure) {
    const auto node = jobs_.extract(id);
    if (node.empty()) return;
    for (const auto& waiter : node.mapped().waiters)
        waiter(result, failure);
    listener.job_removed(node.mapped().status, result);
}

void Jobs::when_done(std::uint32_t id, Waiter waiter) {
    const auto job = jobs_.find(id);
    if (job != jobs_.end()) job->second.waiters.push_back(std::move(waiter));
}

void Jobs::attach(std::uint32_t id, Loop::Source source) {
    const auto job = jobs_.find(id);
    if (job != jobs_.end()) job->second.timer = std::move(source);
}

std::optional<JobStatus> Jobs::find(const std::string& guest, guest::Verb verb) const {
    for (const auto& [id, job] : jobs_)
        if (job.status.guest == guest && job.status.verb == guest::to_text(verb)) return job.status;
    return std::nullopt;
}

std::vector<JobStatus> Jobs::of(const std::string& guest) const {
    std::vector<JobStatus> found;
    for (const auto& [id, job] : jobs_)
        if (job.status.guest == guest) found.push_back(job.status);
    return found;
}

} // namespace vmwarden::supervisor
