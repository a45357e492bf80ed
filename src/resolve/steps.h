// SPDX-License-Identifier: LGPL-2.1-or-later
// The steps of resolve(), in the order it takes them. Each fills its part of the plan, notes its
// decisions, and adds a refusal for everything that stands in the way, so that all of them show up
// at once: a step may find that an earlier one has failed and must then say nothing about it again.
#pragma once

#include "src/resolve/draft.h"
#include "src/resolve/firmware.h"

namespace vmwarden::resolving {

void name_guest(Draft& draft);                                  // guest.cpp
void note_firmware(Draft& draft, const FirmwareChoice& choice); // firmware.cpp
void admit_guest(Draft& draft);                                 // admission.cpp
void choose_identity(Draft& draft);                             // identity.cpp
void choose_emulator(Draft& draft);                             // emulator.cpp
void choose_labels(Draft& draft);                               // labels.cpp
void grant_files(Draft& draft);        // files.cpp; after identity and labels
void grant_host_devices(Draft& draft); // host_devices.cpp; of grant_files()
void grant_tpm(Draft& draft);          // tpm.cpp; of grant_files()
// vfio_devices.cpp; of grant_host_devices()
void grant_vfio_device(Draft& draft, const HostDevice& wanted, std::size_t index);
void grant_vfio_groups(Draft& draft);
void share_filesystems(Draft& draft);    // filesystems.cpp; of grant_files()
void share_memory(Draft& draft);         // shared_memory.cpp; of grant_files()
void shape_scope(Draft& draft);          // scope.cpp
void choose_slice(Draft& draft);         // partition.cpp; of shape_scope()
void tune_scope(Draft& draft);           // tuning.cpp; after files and scope
void allow_devices(Draft& draft);        // devices.cpp; after files and scope
void pass_descriptors(Draft& draft);     // fds.cpp
void emulate_tpm(Draft& draft);          // tpm.cpp; after descriptors, which it adds to
void join_networks(Draft& draft);        // networks.cpp; after descriptors, which it adds to
void choose_ports(Draft& draft);         // ports.cpp
void choose_vsock_address(Draft& draft); // vsock.cpp
void raise_walls(Draft& draft);          // walls.cpp; after all that opens files or networks
void compose_process(Draft& draft);      // process.cpp; last: needs nothing refused

} // namespace vmwarden::resolving
