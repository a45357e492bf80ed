// SPDX-License-Identifier: LGPL-2.1-or-later
// Which machines there are, and QEMU's names for what can be plugged into them.
#pragma once

#include "src/domain/guest_definition.h"

#include <optional>
#include <string_view>
#include <vector>

namespace vmwarden::qemu {

// The two families of PC: by name "pc", "pc-i440fx-…"; "q35", "pc-q35-…".
enum class Chipset { i440fx, q35 };

// The family of a machine type, none when it is not one of ours. An empty name is "pc", QEMU's
// default on x86.
std::optional<Chipset> chipset_of(std::string_view machine);

// NIC models by libvirt's name, with the device each is to QEMU.
struct NicModel {
    std::string_view name;
    std::string_view device;
    bool pci = true;
};
const std::vector<NicModel>& nic_models();
const NicModel* nic_model(std::string_view name); // empty: virtio; null: unknown
// Who asked for a card of this kind can say how it works.
bool is_virtio(const Interface& interface);

// Display adapters likewise. "none" has no device, and some have none beside another.
struct VideoModel {
    std::string_view name;
    std::string_view device;
    std::string_view secondary;
};
const std::vector<VideoModel>& video_models();
const VideoModel* video_model(std::string_view name); // null: unknown

} // namespace vmwarden::qemu
