// SPDX-License-Identifier: LGPL-2.1-or-later
// A plan's PCI devices, taken from the host's drivers for the guest, and back. What a device had
// before is in the guest's restore journal before anything is changed, so that an agent that finds
// the journal of one that was killed can give it back.
#pragma once

#include "agent/executor/executor.h"
#include "agent/host/pci.h"

namespace vmwarden::executor {

// Those of the plan that are not VFIO's yet. Afterwards they are, and the nodes of their groups are
// there. Throws LaunchError, with everything given back.
void take_devices(const LaunchPlan& plan, const Places& places = system_places());
void take_devices(const LaunchPlan& plan, const Places& places, host::PciDrivers& drivers);

// To be called when nobody has them open, that is after the guest's end. Idempotent. `log` receives
// a line for each device that stays as it is.
void give_back_devices(const std::string& guest, std::vector<std::string>& log,
                       const Places& places = system_places());
void give_back_devices(const std::string& guest, std::vector<std::string>& log,
                       const Places& places, host::PciDrivers& drivers);

} // namespace vmwarden::executor
