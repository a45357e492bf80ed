// SPDX-License-Identifier: LGPL-2.1-or-later
// /org/vmwarden1/job/N, as long as the job runs.
#pragma once

#include "agent/bus/paths.h"
#include "agent/supervisor/status.h"

#include <job_adaptor.h>

namespace vmwarden::bus {

class JobObject final
  : public sdbus::AdaptorInterfaces<org::vmwarden1::Job_adaptor, sdbus::ManagedObject_adaptor> {
  public:
    JobObject(sdbus::IConnection& connection, supervisor::JobStatus status)
      : AdaptorInterfaces(connection, job_path(status.id))
      , status_(std::move(status)) {
        registerAdaptor();
        emitInterfacesAddedSignal({InterfaceName(Job_adaptor::INTERFACE_NAME)});
    }
    ~JobObject() {
        emitInterfacesRemovedSignal({InterfaceName(Job_adaptor::INTERFACE_NAME)});
        unregisterAdaptor();
    }

  private:
    supervisor::JobStatus status_;

    std::uint32_t Id() override { return status_.id; }
    std::string Guest() override { return status_.guest; }
    std::string Verb() override { return status_.verb; }
};

} // namespace vmwarden::bus
