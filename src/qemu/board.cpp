// SPDX-License-Identifier: LGPL-2.1-or-later
#include "src/qemu/board.h"

#include "src/qemu/command_line.h"

#include <algorithm>

namespace vmwarden::qemu {

namespace {

std::size_t drives_on(const GuestDefinition& definition, DiskBus bus) {
    return static_cast<std::size_t>(std::ranges::count(definition.disks, bus, &Disk::bus));
}

template <class Model>
const Model* by_name(const std::vector<Model>& models, std::string_view name) {
    const auto found = std::ranges::find(models, name, &Model::name);
    return found == models.end() ? nullptr : &*found;
}

} // namespace

std::optional<Chipset> chipset_of(std::string_view machine) {
    constexpr std::string_view letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                         "0123456789._-";
    if (machine.find_first_not_of(letters) != std::string_view::npos) return std::nullopt;
    if (machine.empty() || machine == "pc" || machine.starts_with("pc-i440fx-"))
        return Chipset::i440fx;
    if (machine == "q35" || machine.starts_with("pc-q35-")) return Chipset::q35;
    return std::nullopt;
}

Board board_for(const GuestDefinition& definition) {
    const auto uses = [&](DiskBus bus) { return drives_on(definition, bus) > 0; };
    Board board;
    board.chipset = chipset_of(definition.os.machine).value();
    const bool q35 = board.chipset == Chipset::q35;
    // On a q35 the built-in AHCI serves either name of the bus; with both in use the drives called
    // IDE have it.
    board.ahci = uses(DiskBus::sata) && (!q35 || uses(DiskBus::ide));
    board.scsi = uses(DiskBus::scsi);
    board.usb = usb_devices(definition) > 0;
    board.fdc = uses(DiskBus::fdc) && q35;
    board.virtio_serial =
        std::ranges::count(definition.characters, CharacterDevice::Target::virtio_console,
                           &CharacterDevice::target) > 0;
    return board;
}

void add_controllers(CommandLine& command, const Board& board) {
    if (board.usb)
        command.add(
            "-device",
            Json{{"driver", "qemu-xhci"}, {"id", "usb0"}, {"p2", usb_ports}, {"p3", usb_ports}});
    if (board.ahci) command.add("-device", Json{{"driver", "ich9-ahci"}, {"id", "sata0"}});
    if (board.scsi) command.add("-device", Json{{"driver", "virtio-scsi-pci"}, {"id", "scsi0"}});
    if (board.fdc) command.add("-device", Json{{"driver", "isa-fdc"}, {"id", "fdc0"}});
    if (board.virtio_serial)
        command.add("-device", Json{{"driver", "virtio-serial-pci"}, {"id", "serial0"}});
}

std::size_t pci_devices(const GuestDefinition& definition) {
    const auto board = board_for(definition);
    const auto nics = std::ranges::count_if(definition.interfaces, [](const Interface& interface) {
        const auto* model = nic_model(interface.model);
        return model != nullptr && model->pci;
    });
    return static_cast<std::size_t>(nics) + drives_on(definition, DiskBus::virtio) +
           std::size_t{board.usb} + std::size_t{board.ahci} + std::size_t{board.scsi} +
           std::size_t{board.virtio_serial} + std::size_t{video_model(definition) != nullptr} +
           std::size_t{definition.memballoon};
}

std::size_t usb_devices(const GuestDefinition& definition) {
    return drives_on(definition, DiskBus::usb) +
           static_cast<std::size_t>(
               std::ranges::count(definition.inputs, Input::Bus::usb, &Input::bus));
}

const std::vector<NicModel>& nic_models() {
    static const std::vector<NicModel> models = {
        {"virtio", "virtio-net-pci"},
        {"virtio-transitional", "virtio-net-pci-transitional"},
        {"virtio-non-transitional", "virtio-net-pci-non-transitional"},
        {"e1000", "e1000"},
        {"e1000e", "e1000e"},
        {"rtl8139", "rtl8139"},
        {"pcnet", "pcnet"},
        {"ne2k_pci", "ne2k_pci"},
        {"ne2k_isa", "ne2k_isa", false},
        {"i82551", "i82551"},
        {"i82557b", "i82557b"},
        {"i82559er", "i82559er"},
        {"vmxnet3", "vmxnet3"},
    };
    return models;
}

const NicModel* nic_model(std::string_view name) {
    return by_name(nic_models(), name.empty() ? "virtio" : name);
}

const std::vector<VideoModel>& video_models() {
    static const std::vector<VideoModel> models = {
        {"vga", "VGA"}, {"cirrus", "cirrus-vga"}, {"virtio", "virtio-vga"}, {"qxl", "qxl-vga"},
        {"none", ""},
    };
    return models;
}

const VideoModel* video_model(const GuestDefinition& definition) {
    if (definition.videos.empty() && definition.graphics.empty()) return nullptr;
    const std::string name = definition.videos.empty() ? "vga" : definition.videos[0].model;
    const auto* model = by_name(video_models(), name);
    return model == nullptr || model->device.empty() ? nullptr : model;
}

} // namespace vmwarden::qemu
