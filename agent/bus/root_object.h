// SPDX-License-Identifier: LGPL-2.1-or-later
// /org/vmwarden1: Manager and ObjectManager. Thin: the door lets in, the supervisor does.
#pragma once

#include "agent/bus/door.h"
#include "src/native/native.h"

#include <manager_adaptor.h>

namespace vmwarden::bus {

class RootObject final
  : public sdbus::AdaptorInterfaces<org::vmwarden1::Manager_adaptor, sdbus::ObjectManager_adaptor,
                                    sdbus::Properties_adaptor> {
  public:
    RootObject(sdbus::IConnection& connection, Door& door, Gate& gate,
               supervisor::Supervisor& supervisor);
    ~RootObject();

  private:
    Door& door_;
    Presence presence_ = std::make_shared<char>();
    Gate& gate_;
    supervisor::Supervisor& supervisor_;

    [[nodiscard]] Call call(std::string_view member, Dictionary options) const;
    // The path of a guest looked up by anything, or NoSuchGuest.
    void find(const char* member, Dictionary options, sdbus::Result<sdbus::ObjectPath>&& result,
              std::function<const supervisor::GuestStatus*()> look, std::string wanted);
    using Conversion = std::function<native::Converted(const PolicyFile& source, const Options&)>;
    void convert(const char* member, sdbus::Result<std::string>&& result, const std::string& format,
                 std::string text, Dictionary options, Conversion conversion);
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
    void GetCapabilities(sdbus::Result<std::string>&& result, Dictionary options) override;
    void DomainXMLFromNative(sdbus::Result<std::string>&& result, std::string format,
                             std::string text, Dictionary options) override;
    void DomainXMLToNative(sdbus::Result<std::string>&& result, std::string format, std::string xml,
                           Dictionary options) override;
    void Can(sdbus::Result<std::string>&& result, std::string verb, std::string guest,
             Dictionary options) override;
    std::string Version() override;
};

} // namespace vmwarden::bus
