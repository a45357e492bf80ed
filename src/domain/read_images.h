// SPDX-License-Identifier: LGPL-2.1-or-later
// Where the images of a disk are: the parts that <disk> and <backingStore> have in common.
#pragma once

#include "src/domain/element_reader.h"
#include "src/domain/guest_definition.h"

namespace vmwarden::domain {

inline constexpr NotDone image_types_refused[] = {
    {"volume", "there are no pools here: 'virsh vol-path' names the file"},
    {"nvme", "give the guest the whole device by <hostdev type='pci'>"},
    {"vhostuser", "another program would serve the disk: run it, and give its block device"},
    {"vhostvdpa", "the device would be reached past the policy for disks"}};
inline constexpr std::string_view convert = "QEMU's other formats are for conversion: say "
                                            "'qemu-img convert -O qcow2'";
inline constexpr NotDone image_formats_refused[] = {
    {"aio", "it is a word of Xen's; say raw"},
    {"qed", convert},
    {"qcow", convert},
    {"vmdk", convert},
    {"vdi", convert},
    {"vhd", convert},
    {"vpc", convert},
    {"vhdx", convert},
    {"bochs", convert},
    {"cloop", convert},
    {"dmg", convert},
    {"luks", "there are no secrets for guests in this version: encrypt the host's disk"},
    {"fat", "only a disk of type='dir' has it"},
    {"auto", "a guest could write a header that names any file of the host"}};

struct ImageSource {
    std::string source; // empty where it was refused
    SourcePlace source_place;
    std::vector<ImageLabel> labels = {};
};

// A drive that can be empty need not name one.
ImageSource read_image_source(ElementReader& source, DiskSource type, bool may_be_empty = false);

// Of type network.
ImageSource read_network_source(ElementReader& source);

// <backingStore> of a <disk> whose <driver> is read. Empty, it ends the chain.
void read_backing_chain(ElementReader& element, bool has_medium, Disk& disk);

} // namespace vmwarden::domain
