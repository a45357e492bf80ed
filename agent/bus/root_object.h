// SPDX-License-Identifier: LGPL-2.1-or-later
// /org/vmwarden1: Manager, Policy and ObjectManager. Thin: the door lets in, the supervisor does.
#pragma once

#include "agent/bus/door.h"

#include <manager_adaptor.h>
#include <policy_adaptor.h>

namespace vmwarden::bus {

class RootObject final
  : public sdbus::AdaptorInterfaces<org::vmwarden1::Manager_adaptor, org::vmwarden1::Policy_adaptor,
                                    sdbus::ObjectManager_adaptor, sdbus::Properties_adaptor> {
  public:
    RootObject(sdbus::IConnection& connection, Door& door, Gate& gate,
               supervisor::Supervisor& supervisor);
    ~RootObject();

    void policy_changed(const supervisor::PolicyStatus& before,
                        const supervisor::PolicyStatus& now);

  private:
    Door& door_;
    Presence presence_ = std::make_shared<char>();
    Gate& gate_;
    supervisor::Supervisor& supervisor_;

    [[nodiscard]] Call call(std::string_view member, Dictionary options,
                            const char* interface = Manager_adaptor::INTERFACE_NAME) const;
    // The path of a guest looked up by anything, or NoSuchGuest.
    void find(const char* member, Dictionary options, sdbus::Result<sdbus::ObjectPath>&& result,
              std::function<const supervisor::GuestStatus*()> look, std::string wanted);
    void can(const Caller& caller, const std::string& verb, const std::string& guest,
             const Reply<std::string>& reply);

    void DefineGuest(sdbus::Result<sdbus::ObjectPath>&& result, std::string xml,
                     Dictionary options) override;
    void CreateGuest(sdbus::Result<sdbus::ObjectPath, sdbus::ObjectPath>&& result, std::string xml,
                     Dictionary options) override;
    void GetGuest(sdbus::Result<sdbus::ObjectPath>&& result, std::string name,
                  Dictionary options) override;
    void GetGuestByUUID(sdbus::Result<sdbus::ObjectPath>&& result, std::string uuid,
                        Dictionary options) override;
    void GetGuestByPID(sdbus::Result<sdbus::ObjectPath>&& result, std::uint32_t pid,
                       Dictionary options) override;
    using GuestRow = sdbus::Struct<std::string, std::string, sdbus::ObjectPath>;
    void ListGuests(sdbus::Result<std::vector<GuestRow>>&& result, Dictionary options) override;
    void PlanGuest(sdbus::Result<Dictionary>&& result, std::string xml,
                   Dictionary options) override;
    void Can(sdbus::Result<std::string>&& result, std::string verb, std::string guest,
             Dictionary options) override;
    std::string Version() override;

    using FindingRow = sdbus::Struct<std::string, std::uint32_t, std::uint32_t, std::string,
                                     std::string, std::string, std::string>;
    static FindingRow row_of(const Diagnostic& finding);
    void Check(sdbus::Result<std::vector<FindingRow>>&& result, std::string text, std::string name,
               Dictionary options) override;
    void Reload(sdbus::Result<>&& result, Dictionary options) override;
    std::string State() override;
    std::vector<std::string> Sources() override;
    using ErrorRow =
        sdbus::Struct<std::string, std::uint32_t, std::uint32_t, std::string, std::string>;
    std::vector<ErrorRow> Errors() override;
};

} // namespace vmwarden::bus
