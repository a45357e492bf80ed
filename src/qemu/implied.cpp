// SPDX-License-Identifier: LGPL-2.1-or-later
#include "src/qemu/implied.h"

#include "src/domain/words.h"
#include "src/qemu/board.h"

#include <algorithm>
#include <set>

namespace vmwarden::qemu {

namespace {

bool is_q35(const GuestDefinition& definition) {
    return chipset_of(definition.os.machine) == Chipset::q35;
}

bool has_ide_drives(const GuestDefinition& definition) {
    return std::ranges::any_of(definition.disks,
                               [](const Disk& disk) { return disk.bus == DiskBus::ide; });
}

// Whether some device needs a controller of this type, and which indices addresses name.
struct Need {
    bool any = false;
    std::set<unsigned> named;

    template <class Kind>
    void add(const DeviceInfo& info, unsigned Kind::*index) {
        any = true;
        if (const auto* address = address_as<Kind>(info)) named.insert(address->*index);
    }
};

Need need_of_drives(const GuestDefinition& definition, ControllerType type) {
    Need need;
    for (const auto& disk : definition.disks)
        if (controller_of(disk.bus) == type) need.add(disk.info, &DriveAddress::controller);
    return need;
}

Need need_of_usb(const GuestDefinition& definition) {
    auto need = need_of_drives(definition, ControllerType::usb);
    const auto add = [&](const DeviceInfo& info) { need.add(info, &UsbAddress::bus); };
    for (const auto& disk : definition.disks)
        if (disk.bus == DiskBus::usb) add(disk.info);
    for (const auto& input : definition.inputs)
        if (input.bus == Input::Bus::usb) add(input.info);
    for (const auto& sound : definition.sounds)
        if (sound.model == SoundModel::usb) add(sound.info);
    for (const auto& character : definition.characters)
        if (character.target == CharacterDevice::Target::usb_serial) add(character.info);
    for (const auto& device : definition.host_devices)
        if (device.type == HostDeviceType::usb) add(device.info);
    for (const auto& device : definition.redirected)
        add(device.info);
    for (const auto& controller : definition.controllers)
        if (controller.type == ControllerType::ccid) add(controller.info);
    for (const auto& hub : definition.hubs)
        add(hub.info);
    return need;
}

Need need_of_virtio_serial(const GuestDefinition& definition) {
    Need need;
    for (const auto& character : definition.characters)
        if (needs_virtio_serial(character))
            need.add(character.info, &VirtioSerialAddress::controller);
    return need;
}

Need need_of(const GuestDefinition& definition, ControllerType type) {
    if (type == ControllerType::ccid) return {.any = !definition.smartcards.empty(), .named = {}};
    if (type == ControllerType::usb) return need_of_usb(definition);
    if (type == ControllerType::virtio_serial) return need_of_virtio_serial(definition);
    return need_of_drives(definition, type);
}

bool has_any(const GuestDefinition& definition, ControllerType type) {
    return std::ranges::find(definition.controllers, type, &Controller::type) !=
           definition.controllers.end();
}

void number(GuestDefinition& definition) {
    for (auto& controller : definition.controllers) {
        if (controller.index) continue;
        unsigned next = controller.type == ControllerType::pci && !is_root(controller) ? 1 : 0;
        while (controller_at(definition, controller.type, next) != nullptr)
            ++next;
        controller.index = next;
    }
}

void imply(GuestDefinition& definition, ControllerType type) {
    const auto need = need_of(definition, type);
    if (!need.any || controller_at(definition, type, 0) != nullptr) return;
    if (has_any(definition, type) && !need.named.contains(0)) return;
    Controller controller;
    controller.type = type;
    controller.index = 0;
    controller.place = definition.place;
    definition.controllers.push_back(std::move(controller));
}

void add_root(GuestDefinition& definition) {
    if (controller_at(definition, ControllerType::pci, 0) != nullptr) return;
    Controller root;
    root.model = is_q35(definition) ? "pcie-root" : "pci-root";
    root.index = 0;
    root.place = definition.place;
    definition.controllers.push_back(std::move(root));
}

} // namespace

GuestDefinition with_implied_devices(GuestDefinition definition) {
    if (!chipset_of(definition.os.machine)) return definition;
    number(definition);
    add_root(definition);
    for (const auto type :
         {ControllerType::ccid, ControllerType::usb, ControllerType::ide, ControllerType::sata,
          ControllerType::scsi, ControllerType::fdc, ControllerType::virtio_serial})
        imply(definition, type);
    if (definition.videos.empty() && !definition.graphics.empty())
        definition.videos.push_back({.model = "vga", .place = definition.place});
    return definition;
}

bool is_on_board(const GuestDefinition& definition, const Controller& controller) {
    if (controller.index.value_or(0) != 0) return false;
    const bool q35 = is_q35(definition);
    switch (controller.type) {
    case ControllerType::pci:
        return is_root(controller);
    case ControllerType::ide:
        return true;
    case ControllerType::fdc:
        return !q35;
    case ControllerType::sata:
        return q35 && !has_ide_drives(definition);
    case ControllerType::usb:
    case ControllerType::scsi:
    case ControllerType::virtio_serial:
    case ControllerType::ccid:
        break;
    }
    return false;
}

std::string controller_id(const GuestDefinition& definition, const Controller& controller) {
    const auto index = std::to_string(controller.index.value_or(0));
    if (is_on_board(definition, controller)) {
        if (controller.type != ControllerType::pci) return "ide"; // also what an AHCI's are called
        return controller.model == "pcie-root" ? "pcie.0" : "pci.0";
    }
    if (controller.info.alias.starts_with("ua-")) return controller.info.alias;
    if (controller.type == ControllerType::pci) return "pci." + index;
    if (controller.type == ControllerType::virtio_serial) return "serial" + index;
    const std::string id(domain::word_for(domain::controller_types, controller.type));
    return is_companion(controller) ? id + index + controller.model.substr(4) : id + index;
}

bool is_root(const Controller& controller) {
    return controller.model == "pci-root" || controller.model == "pcie-root";
}

bool is_none(const Controller& controller) {
    return controller.type == ControllerType::usb && controller.model == "none";
}

bool is_companion(const Controller& controller) {
    return controller.model.starts_with("ich9-uhci");
}

const Controller* controller_at(const GuestDefinition& definition, ControllerType type,
                                unsigned index) {
    const auto found = std::ranges::find_if(definition.controllers, [&](const Controller& each) {
        return each.type == type && each.index == index && !is_companion(each);
    });
    return found == definition.controllers.end() ? nullptr : &*found;
}

std::optional<ControllerType> controller_of(DiskBus bus) {
    switch (bus) {
    case DiskBus::ide:
        return ControllerType::ide;
    case DiskBus::fdc:
        return ControllerType::fdc;
    case DiskBus::scsi:
        return ControllerType::scsi;
    case DiskBus::sata:
        return ControllerType::sata;
    case DiskBus::usb:
        return ControllerType::usb;
    case DiskBus::virtio:
        break;
    }
    return std::nullopt;
}

bool needs_virtio_serial(const CharacterDevice& character) {
    return character.target == CharacterDevice::Target::virtio_console ||
           character.target == CharacterDevice::Target::virtio_channel;
}

} // namespace vmwarden::qemu
