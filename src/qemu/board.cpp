// SPDX-License-Identifier: LGPL-2.1-or-later
#include "src/qemu/board.h"

#include "src/qemu/command_line.h"
#include "src/qemu/redirection.h"
#include "src/qemu/small_devices.h"

#include <algorithm>

namespace vmwarden::qemu {

namespace {

std::size_t drives_on(const GuestDefinition& definition, DiskBus bus) {
    return static_cast<std::size_t>(std::ranges::count(definition.disks, bus, &Disk::bus));
}

std::size_t characters_on(const GuestDefinition& definition, CharacterDevice::Target target) {
    return static_cast<std::size_t>(
        std::ranges::count(definition.characters, target, &CharacterDevice::target));
}

std::size_t pci_videos(const GuestDefinition& definition) {
    return static_cast<std::size_t>(std::ranges::count_if(
        video_cards(definition), [](const Video& card) { return card.model != "ramfb"; }));
}

const Controller* controller_of(const GuestDefinition& definition, ControllerType type) {
    const auto found = std::ranges::find(definition.controllers, type, &Controller::type);
    return found == definition.controllers.end() ? nullptr : &*found;
}

// Controllers by the format's names.
struct ControllerModel {
    std::string_view name;
    std::string_view device;
    unsigned places; // ports, or targets
};
constexpr ControllerModel usb_models[] = {{"qemu-xhci", "qemu-xhci", 15},
                                          {"nec-xhci", "nec-usb-xhci", 15},
                                          {"ehci", "usb-ehci", 6},
                                          {"ich9-ehci1", "ich9-usb-ehci1", 6},
                                          {"piix3-uhci", "piix3-usb-uhci", 2},
                                          {"piix4-uhci", "piix4-usb-uhci", 2}};
constexpr ControllerModel scsi_models[] = {{"virtio-scsi", "virtio-scsi-pci", 256},
                                           {"lsilogic", "lsi53c895a", 7},
                                           {"lsisas1068", "mptsas1068", 8},
                                           {"lsisas1078", "megasas", 64},
                                           {"vmpvscsi", "pvscsi", 64}};

// An unknown model is the usual one: readers know the others.
template <std::size_t count>
const ControllerModel& model_of(const Controller* controller,
                                const ControllerModel (&models)[count]) {
    if (controller != nullptr)
        for (const auto& model : models)
            if (model.name == controller->model) return model;
    return models[0];
}

bool has_xhci(const Board& board) {
    return board.usb_device.ends_with("xhci");
}

void choose_models(Board& board, const GuestDefinition& definition) {
    const auto* usb = controller_of(definition, ControllerType::usb);
    const auto& model = model_of(usb, usb_models);
    board.usb_device = model.device;
    board.usb_ports = usb != nullptr && usb->ports ? *usb->ports : model.places;
    board.scsi_device =
        model_of(controller_of(definition, ControllerType::scsi), scsi_models).device;
    const auto* serial = controller_of(definition, ControllerType::virtio_serial);
    // QEMU counts port 0, which is the console's.
    if (serial != nullptr && serial->ports) board.serial_ports = *serial->ports;
    board.usb = board.usb || usb != nullptr;
    board.scsi = board.scsi || controller_of(definition, ControllerType::scsi) != nullptr;
    board.virtio_serial = board.virtio_serial || serial != nullptr;
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
    board.virtio_serial = std::ranges::any_of(definition.characters, [](const auto& character) {
        return character.target == CharacterDevice::Target::virtio_console ||
               character.target == CharacterDevice::Target::virtio_channel;
    });
    choose_models(board, definition);
    return board;
}

void add_controllers(CommandLine& command, const Board& board) {
    if (board.usb) {
        Json usb{{"driver", board.usb_device}, {"id", "usb0"}};
        if (has_xhci(board)) usb["p2"] = usb["p3"] = board.usb_ports;
        command.add("-device", usb);
    }
    if (board.ahci) command.add("-device", Json{{"driver", "ich9-ahci"}, {"id", "sata0"}});
    if (board.scsi) command.add("-device", Json{{"driver", board.scsi_device}, {"id", "scsi0"}});
    if (board.fdc) command.add("-device", Json{{"driver", "isa-fdc"}, {"id", "fdc0"}});
    if (!board.virtio_serial) return;
    Json serial{{"driver", "virtio-serial-pci"}, {"id", "serial0"}};
    if (board.serial_ports != 0) serial["max_ports"] = board.serial_ports;
    command.add("-device", serial);
}

unsigned scsi_targets(const GuestDefinition& definition) {
    return model_of(controller_of(definition, ControllerType::scsi), scsi_models).places;
}

std::size_t pci_devices(const GuestDefinition& definition) {
    const auto board = board_for(definition);
    const auto nics = std::ranges::count_if(definition.interfaces, [](const Interface& interface) {
        const auto* model = nic_model(interface.model);
        return model != nullptr && model->pci;
    });
    return static_cast<std::size_t>(nics) + drives_on(definition, DiskBus::virtio) +
           std::size_t{board.usb} + std::size_t{board.ahci} + std::size_t{board.scsi} +
           std::size_t{board.virtio_serial} + pci_videos(definition) +
           static_cast<std::size_t>(
               std::ranges::count(definition.inputs, Input::Bus::virtio, &Input::bus)) +
           characters_on(definition, CharacterDevice::Target::pci_serial) +
           small_pci_devices(definition);
}

std::size_t usb_devices(const GuestDefinition& definition) {
    return drives_on(definition, DiskBus::usb) + definition.host_devices.size() +
           static_cast<std::size_t>(
               std::ranges::count(definition.inputs, Input::Bus::usb, &Input::bus)) +
           characters_on(definition, CharacterDevice::Target::usb_serial) +
           redirection_usb_devices(definition) + small_usb_devices(definition);
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

bool is_virtio(const Interface& interface) {
    return interface.model.empty() || interface.model.starts_with("virtio");
}

const std::vector<VideoModel>& video_models() {
    static const std::vector<VideoModel> models = {
        {"vga", "VGA", "secondary-vga"},
        {"cirrus", "cirrus-vga", ""},
        {"virtio", "virtio-vga", "virtio-gpu-pci"},
        {"qxl", "qxl-vga", "qxl"},
        {"bochs", "bochs-display", "bochs-display"},
        {"vmvga", "vmware-svga", ""},
        {"ramfb", "ramfb", ""},
        {"none", "", ""},
    };
    return models;
}

const VideoModel* video_model(std::string_view name) {
    return by_name(video_models(), name);
}

std::vector<Video> video_cards(const GuestDefinition& definition) {
    auto cards = definition.videos;
    if (cards.empty() && !definition.graphics.empty()) cards.push_back({.model = "vga"});
    std::erase_if(cards, [](const Video& card) { return card.model == "none"; });
    return cards;
}

} // namespace vmwarden::qemu
