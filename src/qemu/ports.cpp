// SPDX-License-Identifier: LGPL-2.1-or-later
#include "src/qemu/ports.h"

#include "src/qemu/controllers.h"
#include "src/qemu/implied.h"

namespace vmwarden::qemu {

namespace {

constexpr unsigned hub_ports = 8;            // of QEMU's usb-hub
constexpr unsigned virtio_serial_ports = 31; // of QEMU's virtio-serial-pci, unless told otherwise

Trouble taken(const std::string& what, const std::string& who) {
    return {what + " is taken by " + who, "give each device its own, or leave <address> out"};
}

Trouble no_controller(const std::string& type, unsigned index) {
    const auto number = std::to_string(index);
    return {"there is no " + type + " controller " + number,
            "add <controller type='" + type + "' index='" + number + "'/>"};
}

} // namespace

UsbPorts::UsbPorts(const GuestDefinition& definition) {
    for (const auto& controller : definition.controllers)
        if (controller.type == ControllerType::usb && !is_companion(controller) &&
            !is_none(controller))
            buses_.emplace(*controller.index, Bus{controller_id(definition, controller) + ".0",
                                                  usb_ports_of(controller)});
}

std::optional<Trouble> UsbPorts::take(const UsbAddress& address, bool hub, const std::string& who) {
    const auto found = buses_.find(address.bus);
    if (found == buses_.end()) return no_controller("usb", address.bus);
    auto& bus = found->second;
    const auto dot = address.port.rfind('.');
    const auto parent = dot == std::string::npos ? std::string() : address.port.substr(0, dot);
    const auto number = std::stoul(address.port.substr(dot == std::string::npos ? 0 : dot + 1));
    if (!parent.empty() && !bus.hubs.contains(parent))
        return Trouble{"there is no hub in USB port " + parent,
                       "add <hub type='usb'> with that <address>"};
    const auto ports = parent.empty() ? bus.ports : hub_ports;
    if (number > ports)
        return Trouble{"there is no USB port " + address.port,
                       "there are " + std::to_string(ports)};
    const auto [holder, fresh] = bus.taken.emplace(address.port, who);
    if (!fresh) return taken("USB port " + address.port, holder->second);
    if (hub) bus.hubs.insert(address.port);
    return std::nullopt;
}

std::optional<std::string> UsbPorts::free_port(const Bus& bus) {
    const auto look = [&](const std::string& prefix, unsigned ports) -> std::optional<std::string> {
        for (unsigned port = 1; port <= ports; ++port)
            if (const auto name = prefix + std::to_string(port); !bus.taken.contains(name))
                return name;
        return std::nullopt;
    };
    if (auto port = look({}, bus.ports)) return port;
    for (const auto& hub : bus.hubs)
        if (auto port = look(hub + ".", hub_ports)) return port;
    return std::nullopt;
}

std::optional<UsbAddress> UsbPorts::find(std::optional<unsigned> wanted) const {
    for (const auto& [number, bus] : buses_) {
        if (wanted && *wanted != number) continue;
        if (const auto port = free_port(bus)) return UsbAddress{.bus = number, .port = *port};
    }
    return std::nullopt;
}

VirtioSerialPorts::VirtioSerialPorts(const GuestDefinition& definition) {
    for (const auto& controller : definition.controllers)
        if (controller.type == ControllerType::virtio_serial)
            buses_.emplace(*controller.index, Bus{controller_id(definition, controller) + ".0",
                                                  controller.ports.value_or(virtio_serial_ports)});
}

std::optional<Trouble> VirtioSerialPorts::take(const VirtioSerialAddress& address, bool console,
                                               const std::string& who) {
    const auto found = buses_.find(address.controller);
    if (found == buses_.end()) return no_controller("virtio-serial", address.controller);
    auto& bus = found->second;
    const auto port = address.port.value_or(0);
    if (port >= bus.ports)
        return Trouble{"there is no port " + std::to_string(port),
                       "the controller has ports 0 to " + std::to_string(bus.ports - 1)};
    if (port == 0 && !console)
        return Trouble{"port 0 of a virtio-serial controller is a console's",
                       "write port='1', say"};
    const auto [holder, fresh] = bus.taken.emplace(port, who);
    if (!fresh) return taken("port " + std::to_string(port), holder->second);
    return std::nullopt;
}

std::optional<VirtioSerialAddress> VirtioSerialPorts::find(std::optional<unsigned> controller,
                                                           bool console) const {
    for (const auto& [number, bus] : buses_) {
        if (controller && *controller != number) continue;
        for (unsigned port = console ? 0 : 1; port < bus.ports; ++port)
            if (!bus.taken.contains(port)) return VirtioSerialAddress{number, 0, port};
    }
    return std::nullopt;
}

} // namespace vmwarden::qemu
