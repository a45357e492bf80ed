// SPDX-License-Identifier: LGPL-2.1-or-later
#include "src/domain/words.h"
#include "src/domain/writers.h"

#include <array>
#include <cstdio>

namespace vmwarden::domain {

namespace {

std::string hexadecimal(unsigned number) {
    std::array<char, 16> text{};
    std::snprintf(text.data(), text.size(), "0x%04x", number);
    return text.data();
}

void write_source(XmlWriter& xml, const HostDevice& device) {
    XmlAttributes attributes;
    if (device.startup != StartupPolicy::unsaid)
        attributes.push_back({"startupPolicy", word_for(startup_policies, device.startup)});
    xml.element("source", attributes, [&] {
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
        XmlAttributes attributes{{"mode", "subsystem"}, {"type", "usb"}};
        if (device.managed) attributes.push_back({"managed", word_for(yes_no, *device.managed)});
        xml.element("hostdev", attributes, [&] {
            write_source(xml, device);
            write_device_info(xml, device.info);
        });
    }
}

} // namespace vmwarden::domain
