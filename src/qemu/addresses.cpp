// SPDX-License-Identifier: LGPL-2.1-or-later
#include "src/qemu/addresses.h"

#include "src/base/text.h"
#include "src/domain/words.h"
#include "src/qemu/board.h"
#include "src/qemu/drive_places.h"
#include "src/qemu/implied.h"
#include "src/qemu/plugs.h"
#include "src/qemu/ports.h"

#include <array>
#include <cstdio>
#include <set>

namespace vmwarden::qemu {

namespace {

class Assignment {
  public:
    Assignment(const GuestDefinition& definition, Diagnostics& found)
      : definition_(definition)
      , found_(found)
      , slots_(definition)
      , usb_(definition)
      , serial_(definition)
      , drives_(definition)
      , plugs_(plugs_of(definition)) {}

    std::map<const DeviceInfo*, Json> run() {
        for (const auto& plug : plugs_)
            check_alias(plug);
        for (const auto& plug : plugs_)
            if (is_chosen(plug)) place(plug, true);
        for (const auto& plug : plugs_)
            if (!is_chosen(plug)) place(plug, false);
        for (const auto& [info, address] : pci_)
            properties_[info] = pci_properties(*info, address);
        return std::move(properties_);
    }

  private:
    void error(const Plug& plug, const Trouble& trouble) {
        const auto& place = plug.info->place.line != 0 ? plug.info->place : plug.place;
        found_.error(place, plug.what + ": " + trouble.message, trouble.hint);
    }
    void report(const Plug& plug, const std::optional<Trouble>& trouble) {
        if (trouble) error(plug, *trouble);
    }

    void check_alias(const Plug& plug) {
        const auto& alias = plug.info->alias;
        if (alias.starts_with("ua-") && !aliases_.insert(alias).second)
            error(plug, {"alias '" + printable(alias) + "' is that of another device",
                         "give each device its own"});
    }

    // Whether the owner named a place, or at least a controller.
    static bool is_chosen(const Plug& plug) {
        const auto* pci = address_as<PciAddress>(*plug.info);
        return pci != nullptr ? !pci->anywhere : plug.info->address.index() != 0;
    }

    void place(const Plug& plug, bool chosen) {
        switch (plug.bus) {
        case PlugBus::pci:
            return chosen ? check_pci(plug) : find_pci(plug);
        case PlugBus::usb:
            return place_usb(plug);
        case PlugBus::virtio_serial:
            return place_serial(plug);
        case PlugBus::drive:
            return place_drive(plug);
        case PlugBus::isa:
            return place_isa(plug);
        case PlugBus::dimm: // the reader has compared slots
            return;
        case PlugBus::none:
            if (chosen) error(plug, {"this device has no address", "remove <address>"});
        }
    }

    void refuse_kind(const Plug& plug, const char* type) {
        error(plug, {std::string("this device needs an address of type '") + type + "'",
                     "or none: one is assigned at start"});
    }

    void check_pci(const Plug& plug) {
        const auto* address = address_as<PciAddress>(*plug.info);
        if (address == nullptr) return refuse_kind(plug, "pci");
        if (plug.on_board) return check_on_board(plug, *address);
        const auto trouble = slots_.take(*address, plug.pci_model, plug.index, plug.what);
        if (trouble) return error(plug, *trouble);
        pci_[plug.info] = *address;
    }

    // What the machine has of itself may say where it is.
    void check_on_board(const Plug& plug, const PciAddress& address) {
        const bool q35 = chipset_of(definition_.os.machine) == Chipset::q35;
        const PciAddress own{.slot = q35 ? 31U : 1U, .function = q35 ? 2U : 1U};
        if (address.bus != own.bus || address.slot != own.slot || address.function != own.function)
            error(plug, {"the machine has this controller at " + to_text(own),
                         "write that, or leave <address> out"});
    }

    void find_pci(const Plug& plug) {
        if (plug.on_board || (pci_full_ && plug.pci_model.empty())) return;
        auto address = slots_.find(plug.pci_model, plug.index);
        if (plug.companion_of != nullptr) address = beside(plug);
        if (!address && !plug.pci_model.empty())
            return error(plug, {"there is no free slot for a " + std::string(plug.pci_model),
                                "add the controllers that it can be plugged into"});
        if (!address) {
            pci_full_ = true; // which is said once
            return error(plug, {"more PCI devices than slots",
                                "add <controller type='pci' model='" + more_slots() + "'/>"});
        }
        address->function = plug.function;
        report(plug, slots_.take(*address, plug.pci_model, plug.index, plug.what));
        pci_[plug.info] = *address;
    }
    [[nodiscard]] std::string more_slots() const {
        const bool q35 = chipset_of(definition_.os.machine) == Chipset::q35;
        return q35 ? "pcie-to-pci-bridge" : "pci-bridge";
    }
    [[nodiscard]] std::optional<PciAddress> beside(const Plug& plug) const {
        const auto found = pci_.find(plug.companion_of);
        if (found == pci_.end()) return std::nullopt;
        return PciAddress{.bus = found->second.bus, .slot = found->second.slot};
    }

    Json pci_properties(const DeviceInfo& info, const PciAddress& address) {
        std::array<char, 16> text{};
        std::snprintf(text.data(), text.size(), address.function == 0 ? "0x%x" : "0x%x.0x%x",
                      address.slot, address.function);
        Json properties{{"bus", slots_.name(address.bus)}, {"addr", text.data()}};
        const bool first = address.function == 0;
        const bool more = first && slots_.has_more(address);
        if (more || address.multifunction == true) properties["multifunction"] = true;
        if (more && address.multifunction == false)
            found_.error(info.place,
                         "slot " + std::to_string(address.slot) + " has more than one function",
                         "write multifunction='on'");
        if (!first && !slots_.is_taken(address, 0))
            found_.error(info.place,
                         "there is no device at function 0 of slot " + std::to_string(address.slot),
                         "a guest does not look for others without one");
        if (info.acpi_index != 0) properties["acpi-index"] = info.acpi_index;
        return properties;
    }

    void place_usb(const Plug& plug) {
        if (usb_full_) return;
        const auto* chosen = address_as<UsbAddress>(*plug.info);
        if (chosen == nullptr && plug.info->address.index() != 0) return refuse_kind(plug, "usb");
        std::optional<UsbAddress> address;
        if (chosen != nullptr && !chosen->port.empty())
            address = *chosen;
        else
            address = usb_.find(chosen != nullptr ? std::optional(chosen->bus) : std::nullopt);
        if (!address) {
            usb_full_ = chosen == nullptr;
            return error(plug, {"more USB devices than ports",
                                "add a <controller type='usb'>, or a <hub type='usb'>"});
        }
        if (const auto trouble = usb_.take(*address, plug.hub, plug.what))
            return error(plug, *trouble);
        properties_[plug.info] = {{"bus", usb_.name(address->bus)}, {"port", address->port}};
    }

    void place_serial(const Plug& plug) {
        if (serial_full_) return;
        const auto* chosen = address_as<VirtioSerialAddress>(*plug.info);
        if (chosen == nullptr && plug.info->address.index() != 0)
            return refuse_kind(plug, "virtio-serial");
        std::optional<VirtioSerialAddress> address;
        if (chosen != nullptr && chosen->port)
            address = *chosen;
        else
            address = serial_.find(
                chosen != nullptr ? std::optional(chosen->controller) : std::nullopt, plug.console);
        if (!address) {
            serial_full_ = chosen == nullptr;
            return error(plug, {"more consoles and channels than ports",
                                "add a <controller type='virtio-serial'>"});
        }
        if (const auto trouble = serial_.take(*address, plug.console, plug.what))
            return error(plug, *trouble);
        properties_[plug.info] = {{"bus", serial_.name(address->controller)},
                                  {"nr", *address->port}};
    }

    void place_drive(const Plug& plug) {
        const auto& disk = *plug.disk;
        const auto* chosen = address_as<DriveAddress>(*plug.info);
        if (chosen == nullptr && plug.info->address.index() != 0) return refuse_kind(plug, "drive");
        const auto address = chosen != nullptr ? std::optional(*chosen) : drives_.usual(disk);
        if (!address)
            return error(plug, {"no such place on bus " +
                                    std::string(domain::word_for(domain::disk_buses, disk.bus)),
                                "use another letter, or add a <controller>"});
        if (const auto trouble = drives_.take(disk, *address, plug.what))
            return error(plug, *trouble);
        properties_[plug.info] = drives_.properties(disk, *address);
    }

    void place_isa(const Plug& plug) {
        const auto* isa = address_as<IsaAddress>(*plug.info);
        if (isa == nullptr) {
            if (plug.info->address.index() != 0) refuse_kind(plug, "isa");
            return;
        }
        Json properties = Json::object();
        if (isa->iobase) properties[plug.isa_port] = *isa->iobase;
        if (isa->irq && plug.isa_irq) properties["irq"] = *isa->irq;
        if (isa->irq && !plug.isa_irq)
            error(plug, {"this device has no interrupt", "remove irq='...'"});
        properties_[plug.info] = std::move(properties);
    }

    const GuestDefinition& definition_;
    Diagnostics& found_;
    PciSlots slots_;
    UsbPorts usb_;
    VirtioSerialPorts serial_;
    DrivePlaces drives_;
    std::vector<Plug> plugs_;
    std::set<std::string> aliases_;
    bool pci_full_ = false;
    bool usb_full_ = false;
    bool serial_full_ = false;
    std::map<const DeviceInfo*, PciAddress> pci_;
    std::map<const DeviceInfo*, Json> properties_;
};

} // namespace

Addresses Addresses::assign(const GuestDefinition& definition, Diagnostics& found) {
    Addresses addresses;
    addresses.properties_ = Assignment(definition, found).run();
    return addresses;
}

void Addresses::put(Json& device, const DeviceInfo& info) const {
    if (info.alias.starts_with("ua-")) device["id"] = info.alias;
    const auto found = properties_.find(&info);
    if (found != properties_.end()) device.update(found->second);
}

} // namespace vmwarden::qemu
