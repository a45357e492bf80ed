// SPDX-License-Identifier: LGPL-2.1-or-later
// Where objects live; names are escaped by sd_bus_path_encode(3).
#pragma once

#include "agent/bus/sdbus_compat.h"

namespace vmwarden::bus {

constexpr auto bus_name = "org.vmwarden1";
constexpr auto root_path = "/org/vmwarden1";

sdbus::ObjectPath guest_path(const std::string& name);
sdbus::ObjectPath job_path(std::uint32_t id);

} // namespace vmwarden::bus
