// SPDX-License-Identifier: LGPL-2.1-or-later
// org.vmwarden1.Policy, on /org/vmwarden1 beside the root object. Thin, as that one is.
#pragma once

#include "agent/bus/door.h"

#include <policy_adaptor.h>

namespace vmwarden::bus {

class PolicyObject final : public sdbus::AdaptorInterfaces<org::vmwarden1::Policy_adaptor> {
  public:
    PolicyObject(sdbus::IConnection& connection, Door& door, supervisor::Supervisor& supervisor);
    ~PolicyObject();

    void changed(const supervisor::PolicyStatus& before, const supervisor::PolicyStatus& now);

  private:
    Door& door_;
    Presence presence_ = std::make_shared<char>();
    supervisor::Supervisor& supervisor_;

    [[nodiscard]] Call call(std::string_view member, Dictionary options,
                            std::string guest = {}) const;

    using FindingRow = sdbus::Struct<std::string, std::uint32_t, std::uint32_t, std::string,
                                     std::string, std::string, std::string>;
    static FindingRow row_of(const Diagnostic& finding);
    void Check(sdbus::Result<std::vector<FindingRow>>&& result, std::string text, std::string name,
               Dictionary options) override;
    using EntryRow = sdbus::Struct<std::string, std::string, std::string>;
    void GetEffective(sdbus::Result<std::vector<EntryRow>>&& result, std::string guest,
                      Dictionary options) override;
    void Explain(sdbus::Result<Dictionary>&& result, std::string key, std::string guest,
                 Dictionary options) override;
    void ExplainDevice(sdbus::Result<Dictionary>&& result, std::string guest, std::string device,
                       Dictionary options) override;
    void Reload(sdbus::Result<>&& result, Dictionary options) override;
    void Try(sdbus::Result<std::uint64_t>&& result, std::string text, std::string name,
             std::uint32_t seconds, Dictionary options) override;
    void Confirm(sdbus::Result<std::string>&& result, Dictionary options) override;
    void Revert(sdbus::Result<>&& result, Dictionary options) override;
    using ForecastRow =
        sdbus::Struct<std::string, std::string, std::string, std::vector<std::string>>;
    void Simulate(sdbus::Result<std::vector<ForecastRow>>&& result, std::string text,
                  std::string name, Dictionary options) override;
    std::string State() override;
    std::vector<std::string> Sources() override;
    using ErrorRow =
        sdbus::Struct<std::string, std::uint32_t, std::uint32_t, std::string, std::string>;
    std::vector<ErrorRow> Errors() override;
    std::string Trial() override;
    std::uint64_t TrialUntil() override;
};

} // namespace vmwarden::bus
