// SPDX-License-Identifier: LGPL-2.1-or-later
#include "agent/bus/front.h"

namespace vmwarden::bus {

Front::Front(sdbus::IConnection& connection, Gate& gate, supervisor::Supervisor& supervisor)
  : connection_(connection)
  , supervisor_(supervisor)
  , door_(supervisor, gate)
  , root_(connection, door_, gate, supervisor)
  , policy_(connection, door_, supervisor) {}

void Front::guest_added(const supervisor::GuestStatus& status) {
    guests_[status.name] = std::make_unique<GuestObject>(connection_, door_, supervisor_, status);
}

void Front::guest_changed(const supervisor::GuestStatus& before,
                          const supervisor::GuestStatus& now) {
    const auto found = guests_.find(before.name);
    if (found != guests_.end()) found->second->changed(now);
}

void Front::guest_removed(const supervisor::GuestStatus& status) {
    guests_.erase(status.name);
}

void Front::job_added(const supervisor::JobStatus& job) {
    jobs_[job.id] = std::make_unique<JobObject>(connection_, job);
    root_.emitJobNew(job.id, job_path(job.id), job.guest);
}

void Front::job_removed(const supervisor::JobStatus& job, supervisor::JobResult result) {
    jobs_.erase(job.id);
    root_.emitJobRemoved(job.id, job_path(job.id), job.guest,
                         std::string(supervisor::to_text(result)));
}

void Front::policy_changed(const supervisor::PolicyStatus& before,
                           const supervisor::PolicyStatus& now) {
    policy_.changed(before, now);
}

} // namespace vmwarden::bus
