// SPDX-License-Identifier: LGPL-2.1-or-later
#include "agent/executor/places.h"

#include "config.h"

namespace vmwarden::executor {

const Places& system_places() {
    static const Places places{"/run/vmwarden/guests", "/var/lib/vmwarden/restore", VMWARDEN_SHIM};
    return places;
}

} // namespace vmwarden::executor
