// SPDX-License-Identifier: LGPL-2.1-or-later
// All objects we have on the bus: made, changed and removed as the supervisor tells.
#pragma once

#include "agent/bus/guest_object.h"
#include "agent/bus/job_object.h"
#include "agent/bus/policy_object.h"
#include "agent/bus/root_object.h"

#include <map>
#include <memory>

namespace vmwarden::bus {

class Front final : public supervisor::Listener {
  public:
    Front(sdbus::IConnection& connection, Gate& gate, supervisor::Supervisor& supervisor);

    // Method calls taken and not answered yet.
    [[nodiscard]] unsigned owed() const { return door_.owed(); }

    void guest_added(const supervisor::GuestStatus& status) override;
    void guest_changed(const supervisor::GuestStatus& before,
                       const supervisor::GuestStatus& now) override;
    void guest_removed(const supervisor::GuestStatus& status) override;
    void job_added(const supervisor::JobStatus& job) override;
    void job_removed(const supervisor::JobStatus& job, supervisor::JobResult result) override;
    void policy_changed(const supervisor::PolicyStatus& before,
                        const supervisor::PolicyStatus& now) override;

  private:
    sdbus::IConnection& connection_;
    supervisor::Supervisor& supervisor_;
    Door door_;
    RootObject root_;
    PolicyObject policy_;
    std::map<std::string, std::unique_ptr<GuestObject>> guests_;
    std::map<std::uint32_t, std::unique_ptr<JobObject>> jobs_;
};

} // namespace vmwarden::bus
