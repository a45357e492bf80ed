// SPDX-License-Identifier: LGPL-2.1-or-later
#include "agent/bus/paths.h"

#include <cstdlib>
#include <new>
#include <systemd/sd-bus.h>

namespace vmwarden::bus {

sdbus::ObjectPath guest_path(const std::string& name) {
    char* path = nullptr;
    if (sd_bus_path_encode("/org/vmwarden1/guest", name.c_str(), &path) < 0) throw std::bad_alloc();
    const std::unique_ptr<char, decltype(&std::free)> owned(path, &std::free);
    return sdbus::ObjectPath(owned.get());
}

sdbus::ObjectPath job_path(std::uint32_t id) {
    return sdbus::ObjectPath("/org/vmwarden1/job/" + std::to_string(id));
}

} // namespace vmwarden::bus
