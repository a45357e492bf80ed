// SPDX-License-Identifier: LGPL-2.1-or-later
#include "src/domain/words.h"
#include "src/domain/writers.h"

#include <array>
#include <cstdio>

namespace vmwarden::domain {

namespace {

std::string hexadecimal(unsigned number, int digits = 4) {
    std::array<char, 16> text{};
    std::snprintf(text.data(), text.size(), "0x%0*x", digits, number);
    return text.data();
}

void write_pci_place(XmlWriter& xml, const PciPlace& at) {
    const auto domain = hexadecimal(at.domain);
    const auto bus = hexadecimal(at.bus, 2);
    const auto slot = hexadecimal(at.slot, 2);
    const auto function = hexadecimal(at.function, 1);
    xml.empty("address",
              {{"domain", domain}, {"bus", bus}, {"slot", slot}, {"function", function}});
}

void write_source(XmlWriter& xml, const HostDevice& device) {
    XmlAttributes attributes;
    if (device.startup != StartupPolicy::unsaid)
        attributes.push_back({"startupPolicy", word_for(startup_policies, device.startup)});
    xml.element("source", attributes, [&] {
        if (device.type == HostDeviceType::pci) write_pci_place(xml, device.pci);
        if (device.type == HostDeviceType::mdev) {
            const auto uuid = device.mdev.text();
            xml.empty("address", {{"uuid", uuid}});
        }
        if (device.model) {
            const auto vendor = hexadecimal(device.model->vendor);
            const auto product = hexadecimal(device.model->product);
            xml.empty("vendor", {{"id", vendor}});
            xml.empty("product", {{"id", product}});
        }
        if (device.at) {
            const auto bus = std::to_string(device.at->bus);
            const auto number = std::to_string(device.at->device);
            xml.empty("address", {{"bus", bus}, {"device", number}});
        }
    });
}

} // namespace

void write_host_devices(XmlWriter& xml, const GuestDefinition& guest) {
    for (const auto& device : guest.host_devices) {
        XmlAttributes attributes{{"mode", "subsystem"},
                                 {"type", word_for(host_device_types, device.type)}};
        if (device.managed) attributes.push_back({"managed", word_for(yes_no, *device.managed)});
        if (device.type == HostDeviceType::mdev) attributes.push_back({"model", "vfio-pci"});
        if (device.display) attributes.push_back({"display", word_for(on_off, *device.display)});
        if (device.ramfb) attributes.push_back({"ramfb", word_for(on_off, *device.ramfb)});
        xml.element("hostdev", attributes, [&] {
            if (device.names_driver) xml.empty("driver", {{"name", "vfio"}});
            write_source(xml, device);
            write_boot_order(xml, device.boot_order);
            write_rom(xml, device.rom);
            write_device_info(xml, device.info);
        });
    }
}

} // namespace vmwarden::domain
