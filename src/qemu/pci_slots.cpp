// SPDX-License-Identifier: LGPL-2.1-or-later
#include "src/qemu/pci_slots.h"

#include "src/qemu/implied.h"

#include <algorithm>
#include <cstdio>

namespace vmwarden::qemu {

namespace {

// Where each kind of bridge can be plugged in, and which slots it has. QEMU keeps slot 0 of those
// with a hot-plug controller for that.
struct BridgeKind {
    std::string_view model;
    unsigned first;
    unsigned last;
    std::array<std::string_view, 5> parents;
};
constexpr BridgeKind bridge_kinds[] = {
    {"pci-root", 2, 31, {}},
    {"pcie-root", 1, 30, {}},
    {"pci-bridge",
     1,
     31,
     {"pci-root", "pci-bridge", "dmi-to-pci-bridge", "pcie-to-pci-bridge", "pci-expander-bus"}},
    {"dmi-to-pci-bridge", 0, 31, {"pcie-root", "pcie-expander-bus"}},
    {"pcie-to-pci-bridge",
     1,
     31,
     {"pcie-root", "pcie-root-port", "pcie-switch-downstream-port", "pcie-expander-bus"}},
    {"pcie-root-port", 0, 0, {"pcie-root", "pcie-expander-bus"}},
    {"pcie-switch-upstream-port", 0, 31, {"pcie-root-port", "pcie-switch-downstream-port"}},
    {"pcie-switch-downstream-port", 0, 0, {"pcie-switch-upstream-port"}},
    {"pci-expander-bus", 0, 31, {"pci-root"}},
    {"pcie-expander-bus", 0, 31, {"pcie-root"}}};

const BridgeKind* kind_of(std::string_view model) {
    const auto* const found = std::ranges::find(bridge_kinds, model, &BridgeKind::model);
    return found == std::end(bridge_kinds) ? nullptr : found;
}

std::string slots_text(unsigned first, unsigned last) {
    if (first == last) return "its only slot is " + std::to_string(first);
    return "its slots are " + std::to_string(first) + " to " + std::to_string(last);
}

constexpr const char* of_the_machine = "the machine itself";

} // namespace

std::string to_text(const PciAddress& address) {
    std::array<char, 24> text{};
    std::snprintf(text.data(), text.size(), "0000:%02x:%02x.%u", address.bus, address.slot,
                  address.function);
    return text.data();
}

PciSlots::PciSlots(const GuestDefinition& definition) {
    for (const auto& controller : definition.controllers) {
        if (controller.type != ControllerType::pci) continue;
        const auto* kind = kind_of(controller.model);
        if (kind == nullptr) continue;
        buses_.emplace(*controller.index, Bus{controller_id(definition, controller),
                                              controller.model, kind->first, kind->last});
    }
    // An i440fx has its bridge in slot 0, in slot 1 a PIIX3: ISA, IDE and power management, with
    // USB between them where asked for. A q35 has its bridge in slot 0, in slot 31 an ICH9: LPC,
    // AHCI and SMBus.
    const bool q35 = buses_.contains(0) && buses_.at(0).model == "pcie-root";
    reserve(0, {0});
    if (q35)
        reserve(31, {0, 2, 3});
    else
        reserve(1, {0, 1, 3});
}

void PciSlots::reserve(unsigned slot, std::initializer_list<unsigned> functions) {
    for (const auto function : functions)
        buses_[0].slots[slot].functions.at(function) = of_the_machine;
}

bool PciSlots::fits(std::string_view model, std::string_view bus) {
    if (model.empty()) return bus != "pcie-switch-upstream-port";
    const auto* kind = kind_of(model);
    return kind != nullptr && std::ranges::find(kind->parents, bus) != kind->parents.end();
}

std::optional<Trouble> PciSlots::take(const PciAddress& address, std::string_view model,
                                      unsigned index, std::string who) {
    const auto found = buses_.find(address.bus);
    const auto number = std::to_string(address.bus);
    if (found == buses_.end())
        return Trouble{"there is no PCI bus " + number,
                       "add <controller type='pci' index='" + number + "' model='...'/>"};
    auto& bus = found->second;
    if (!model.empty() && address.bus >= index)
        return Trouble{"PCI bus " + number + " cannot be before bus " + std::to_string(index),
                       "a controller's index is larger than the bus it is plugged into"};
    if (!fits(model, bus.model))
        return Trouble{"a " + (model.empty() ? std::string("device") : std::string(model)) +
                           " cannot be plugged into a " + bus.model,
                       "PCI bus " + number + " is one; name another"};
    // Beside what the machine has on the root there is place for more functions.
    const bool shared = address.bus == 0 && address.slot != 0 && bus.slots.contains(address.slot);
    if ((address.slot < bus.first || address.slot > bus.last) && !shared)
        return Trouble{"PCI bus " + number + " has no slot " + std::to_string(address.slot),
                       slots_text(bus.first, bus.last)};
    auto& holder = bus.slots[address.slot].functions.at(address.function);
    if (!holder.empty())
        return Trouble{"PCI address " + to_text(address) + " is taken by " + holder,
                       "give each device its own, or leave <address> out"};
    holder = std::move(who);
    return std::nullopt;
}

std::optional<PciAddress> PciSlots::find(std::string_view model, unsigned index) {
    for (auto& [number, bus] : buses_) {
        if (!model.empty() && number >= index) break;
        if (!fits(model, bus.model)) continue;
        bus.next = std::max(bus.next, bus.first);
        while (bus.next <= bus.last && bus.slots.contains(bus.next))
            ++bus.next;
        if (bus.next <= bus.last) return PciAddress{.bus = number, .slot = bus.next};
    }
    return std::nullopt;
}

bool PciSlots::is_taken(PciAddress address, unsigned function) const {
    return !buses_.at(address.bus).slots.at(address.slot).functions.at(function).empty();
}

bool PciSlots::has_more(const PciAddress& address) const {
    for (unsigned function = 1; function < 8; ++function)
        if (is_taken(address, function)) return true;
    return false;
}

std::string PciSlots::name(unsigned bus) const {
    return buses_.at(bus).name;
}

} // namespace vmwarden::qemu
