// SPDX-License-Identifier: LGPL-2.1-or-later
// What the machine brings along and what must be added to it so that a guest's devices have a bus.
#pragma once

#include "src/domain/guest_definition.h"

#include <optional>
#include <string_view>
#include <vector>

namespace vmwarden::qemu {

class CommandLine;

// The two families of PC: by name "pc", "pc-i440fx-…"; "q35", "pc-q35-…".
enum class Chipset { i440fx, q35 };

// The family of a machine type, none when it is not one of ours. An empty name is "pc", QEMU's
// default on x86.
std::optional<Chipset> chipset_of(std::string_view machine);

// Controllers beyond those of the chipset. A q35 has an AHCI, an i440fx an IDE and a floppy
// controller.
struct Board {
    Chipset chipset = Chipset::i440fx;
    bool ahci = false;          // "sata0"
    bool scsi = false;          // "scsi0"
    bool usb = false;           // "usb0"
    bool fdc = false;           // "fdc0"
    bool virtio_serial = false; // "serial0"
    std::string_view usb_device = "qemu-xhci";
    std::string_view scsi_device = "virtio-scsi-pci";
    unsigned usb_ports = 15;
    unsigned serial_ports = 0; // 0: QEMU's own
};

// Of a definition whose machine has a chipset.
Board board_for(const GuestDefinition& definition);

void add_controllers(CommandLine& command, const Board& board);

// How many of its PCI slots the guest uses for what can be unplugged from the definition.
std::size_t pci_devices(const GuestDefinition& definition);
constexpr std::size_t pci_slots = 30; // of 32; two are the chipset's own

std::size_t usb_devices(const GuestDefinition& definition);
constexpr std::size_t usb_ports = 15; // of the controller that is added unasked

// How many disks the SCSI controller takes.
unsigned scsi_targets(const GuestDefinition& definition);

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
// What the guest gets: the definition's without "none", or a "vga" where a display wants one.
std::vector<Video> video_cards(const GuestDefinition& definition);

} // namespace vmwarden::qemu
