// SPDX-License-Identifier: LGPL-2.1-or-later
// /org/vmwarden1/guest/NAME. Holds a copy of the guest's last status for its properties.
#pragma once

#include "agent/bus/door.h"

#include <guest_adaptor.h>

namespace vmwarden::bus {

class GuestObject final
  : public sdbus::AdaptorInterfaces<org::vmwarden1::Guest_adaptor, sdbus::Properties_adaptor,
                                    sdbus::ManagedObject_adaptor> {
  public:
    GuestObject(sdbus::IConnection& connection, Door& door, supervisor::Supervisor& supervisor,
                const supervisor::GuestStatus& status);
    // Tells the object manager's listeners.
    ~GuestObject();

    void changed(const supervisor::GuestStatus& now);

  private:
    Door& door_;
    Presence presence_ = std::make_shared<char>();
    supervisor::Supervisor& supervisor_;
    supervisor::GuestStatus status_;

    [[nodiscard]] Call call(std::string_view member, Dictionary options) const;
    void verb(const char* member, guest::Verb verb, sdbus::Result<sdbus::ObjectPath>&& result,
              Dictionary options);

    void Start(sdbus::Result<sdbus::ObjectPath>&& result, Dictionary options) override;
    void Shutdown(sdbus::Result<sdbus::ObjectPath>&& result, Dictionary options) override;
    void Destroy(sdbus::Result<sdbus::ObjectPath>&& result, Dictionary options) override;
    void Suspend(sdbus::Result<sdbus::ObjectPath>&& result, Dictionary options) override;
    void Resume(sdbus::Result<sdbus::ObjectPath>&& result, Dictionary options) override;
    void Reset(sdbus::Result<sdbus::ObjectPath>&& result, Dictionary options) override;
    void Undefine(sdbus::Result<>&& result, Dictionary options) override;
    void GetXML(sdbus::Result<std::string>&& result, Dictionary options) override;
    void GetPlan(sdbus::Result<Dictionary>&& result, Dictionary options) override;
    void Verify(sdbus::Result<std::vector<Dictionary>>&& result, Dictionary options) override;

    std::string Name() override { return status_.name; }
    std::string UUID() override { return status_.uuid; }
    std::string State() override { return std::string(guest::to_text(status_.state)); }
    std::string Unit() override { return status_.unit; }
    std::uint32_t MainPID() override { return status_.main_pid; }
    bool Transient() override { return status_.transient; }
    std::string ProcessLabel() override { return status_.process_label; }
    std::string ImageLabel() override { return status_.image_label; }
    std::string User() override { return status_.user; }
    std::string Group() override { return status_.group; }
    std::uint64_t Since() override { return status_.since_usec; }
    std::string ExitReason() override { return status_.exit_reason; }
};

} // namespace vmwarden::bus
