// SPDX-License-Identifier: LGPL-2.1-or-later
// Where the images of a disk are: the parts that <disk> and <backingStore> have in common.
#pragma once

#include "src/domain/element_reader.h"
#include "src/domain/guest_definition.h"

namespace vmwarden::domain {

inline constexpr NotDone image_types_refused[] = {
    {"dir"}, {"volume"}, {"nvme"}, {"vhostuser"}, {"vhostvdpa"}};
inline constexpr NotDone image_formats_refused[] = {
    {"aio", "it is a word of Xen's; say raw"},
    {"qed"},
    {"qcow"},
    {"vmdk"},
    {"vdi"},
    {"vhd"},
    {"vpc"},
    {"vhdx"},
    {"bochs"},
    {"cloop"},
    {"dmg"},
    {"luks"},
    {"fat"},
    {"auto", "a guest could write a header that names any file of the host"}};

struct ImageSource {
    std::string source; // empty where it was refused
    SourcePlace source_place;
    std::vector<ImageLabel> labels = {};
};

ImageSource read_image_source(ElementReader& source, DiskSource type);

// Of type network.
ImageSource read_network_source(ElementReader& source);

// <backingStore> of a <disk> whose <driver> is read. Empty, it ends the chain.
void read_backing_chain(ElementReader& element, bool has_medium, Disk& disk);

} // namespace vmwarden::domain
