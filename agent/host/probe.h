// SPDX-License-Identifier: LGPL-2.1-or-later
// Probing: the host as resolve() needs to see it.
#pragma once

#include "src/hostfacts/host_facts.h"
#include "src/resolve/resolve.h"

namespace vmwarden::host {

// Looks the accounts up and looks at every file named, asking the kernel for access under the
// guest's identity; goes on to what the headers of images name, as the request has it. Blocks on
// NSS and on disks: call it on a job thread or in an offline program. Leaves what only the registry
// of running guests knows (categories and images in use) empty. Never changes the host. What cannot
// be seen is a fact too, never an exception.
HostFacts probe(const FactsRequest& request);

} // namespace vmwarden::host
