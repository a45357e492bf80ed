// SPDX-License-Identifier: LGPL-2.1-or-later
#include "src/domain/words.h"
#include "src/domain/writers.h"

namespace vmwarden::domain {

namespace {

void write_offloads(XmlWriter& xml, const char* name, const std::vector<NamedSwitch>& switches) {
    XmlAttributes attributes;
    add_switches(attributes, switches);
    if (!attributes.empty()) xml.empty(name, attributes);
}

void write_driver(XmlWriter& xml, const InterfaceDriver& driver) {
    if (driver == InterfaceDriver{}) return;
    const auto queues = std::to_string(driver.queues);
    const auto rx = std::to_string(driver.rx_queue_size);
    const auto tx = std::to_string(driver.tx_queue_size);
    XmlAttributes attributes;
    if (!driver.name.empty()) attributes.push_back({"name", driver.name});
    if (!driver.txmode.empty()) attributes.push_back({"txmode", driver.txmode});
    if (driver.queues != 0) attributes.push_back({"queues", queues});
    if (driver.rx_queue_size != 0) attributes.push_back({"rx_queue_size", rx});
    if (driver.tx_queue_size != 0) attributes.push_back({"tx_queue_size", tx});
    add_switches(attributes, driver.switches);
    xml.element("driver", attributes, [&] {
        write_offloads(xml, "host", driver.host);
        write_offloads(xml, "guest", driver.guest);
    });
}

void write_source(XmlWriter& xml, const Interface& interface) {
    if (!interface.network.empty()) xml.empty("source", {{"network", interface.network}});
    if (!interface.bridge.empty()) xml.empty("source", {{"bridge", interface.bridge}});
    if (!interface.socket.empty())
        xml.empty("source", {{"type", "unix"}, {"path", interface.socket}, {"mode", "client"}});
    if (interface.device.empty()) return;
    XmlAttributes source{{"dev", interface.device}};
    if (interface.mode != MacvtapMode::unsaid)
        source.push_back({"mode", word_for(macvtap_modes, interface.mode)});
    xml.empty("source", source);
}

void write_target(XmlWriter& xml, const Interface& interface) {
    XmlAttributes target;
    if (!interface.target.empty()) target.push_back({"dev", interface.target});
    if (interface.managed) target.push_back({"managed", word_for(yes_no, *interface.managed)});
    if (!target.empty()) xml.empty("target", target);
}

void write(XmlWriter& xml, const Interface& interface) {
    xml.element("interface", {{"type", word_for(interface_types, interface.type)}}, [&] {
        if (!interface.mac.empty()) xml.empty("mac", {{"address", interface.mac}});
        write_source(xml, interface);
        const auto ipv4 = std::to_string(interface.ipv4_bits);
        const auto ipv6 = std::to_string(interface.ipv6_bits);
        if (!interface.ipv4.empty())
            xml.empty("ip", {{"family", "ipv4"}, {"address", interface.ipv4}, {"prefix", ipv4}});
        if (!interface.ipv6.empty())
            xml.empty("ip", {{"family", "ipv6"}, {"address", interface.ipv6}, {"prefix", ipv6}});
        write_target(xml, interface);
        if (!interface.model.empty()) xml.empty("model", {{"type", interface.model}});
        write_driver(xml, interface.driver);
        const auto mtu = std::to_string(interface.mtu);
        if (interface.mtu != 0) xml.empty("mtu", {{"size", mtu}});
        if (interface.link_up) xml.empty("link", {{"state", *interface.link_up ? "up" : "down"}});
        write_rom(xml, interface.rom);
        write_boot_order(xml, interface.boot_order);
        write_device_info(xml, interface.info);
    });
}

} // namespace

void write_interfaces(XmlWriter& xml, const GuestDefinition& guest) {
    for (const auto& interface : guest.interfaces)
        write(xml, interface);
}

void write_rom(XmlWriter& xml, const DeviceRom& rom) {
    XmlAttributes attributes;
    if (rom.enabled) attributes.push_back({"enabled", word_for(yes_no, *rom.enabled)});
    if (rom.bar) attributes.push_back({"bar", word_for(on_off, *rom.bar)});
    if (!rom.file.empty()) attributes.push_back({"file", rom.file});
    if (!attributes.empty()) xml.empty("rom", attributes);
}

} // namespace vmwarden::domain
