// SPDX-License-Identifier: LGPL-2.1-or-later
// The host's own devices: usb-host, vfio-pci, and -usbdevice host:.
#include "src/base/text.h"
#include "src/native/device_reader.h"

namespace vmwarden::native {

namespace {

constexpr std::string_view usb_nodes = "/dev/bus/usb/";
constexpr std::string_view mediated_devices = "/sys/bus/mdev/devices/";
constexpr std::string_view pci_devices = "/sys/bus/pci/devices/";
constexpr unsigned last_usb_bus = 999;
constexpr unsigned last_usb_device = 127;

std::optional<unsigned> hexadecimal(std::string_view text, unsigned most) {
    const auto number = parse_unsigned(text, 16);
    if (!number || *number > most) return std::nullopt;
    return static_cast<unsigned>(*number);
}

// "0000:06:02.0", or without the domain.
std::optional<PciPlace> pci_place(std::string_view text) {
    PciPlace place;
    const auto dot = text.rfind('.');
    const auto colon = text.substr(0, dot).rfind(':');
    if (dot == text.npos || colon == text.npos) return std::nullopt;
    auto before = text.substr(0, colon);
    const auto domain_end = before.find(':');
    if (domain_end != before.npos) {
        const auto domain = hexadecimal(before.substr(0, domain_end), 0xffff);
        if (!domain) return std::nullopt;
        place.domain = *domain;
        before.remove_prefix(domain_end + 1);
    }
    const auto bus = hexadecimal(before, 0xff);
    const auto slot = hexadecimal(text.substr(colon + 1, dot - colon - 1), 0x1f);
    const auto function = hexadecimal(text.substr(dot + 1), 7);
    if (!bus || !slot || !function) return std::nullopt;
    place.bus = *bus;
    place.slot = *slot;
    place.function = *function;
    return place;
}

std::optional<UsbPlace> usb_place(std::string_view bus, std::string_view device) {
    // Zeros in front are the node's, not octal.
    const auto first = parse_unsigned(bus);
    const auto second = parse_unsigned(device);
    if (!first || !second || *first == 0 || *second == 0 || *first > last_usb_bus ||
        *second > last_usb_device)
        return std::nullopt;
    return UsbPlace{static_cast<unsigned>(*first), static_cast<unsigned>(*second)};
}

// "001/004"
std::optional<UsbPlace> place_of_node(std::string_view node) {
    if (!node.starts_with(usb_nodes)) return std::nullopt;
    node.remove_prefix(usb_nodes.size());
    const auto slash = node.find('/');
    if (slash == node.npos) return std::nullopt;
    return usb_place(node.substr(0, slash), node.substr(slash + 1));
}

void take_usb_source(DeviceReader& device, HostDevice& host) {
    const auto vendor = device.number("vendorid", 0xffff).value_or(0);
    const auto product = device.number("productid", 0xffff).value_or(0);
    const auto bus = device.take("hostbus");
    const auto address = device.take("hostaddr");
    const auto node = device.take("hostdevice");
    if ((vendor == 0) != (product == 0)) device.fail();
    if (vendor != 0)
        host.model =
            UsbModel{static_cast<std::uint16_t>(vendor), static_cast<std::uint16_t>(product)};
    if (bus || address) host.at = usb_place(bus.value_or(""), address.value_or(""));
    if (node) host.at = place_of_node(*node);
    if ((bus || address || node) && !host.at) device.fail();
    if (!host.model && !host.at) device.fail();
}

// "…/mdev/devices/UUID", or a PCI device's directory.
void take_sysfs(DeviceReader& device, HostDevice& host, const std::string& path) {
    if (path.starts_with(mediated_devices)) {
        const auto uuid = Uuid::parse(path.substr(mediated_devices.size()));
        if (!uuid) return device.fail();
        host.type = HostDeviceType::mdev;
        host.mdev = *uuid;
        return;
    }
    const auto pci =
        path.starts_with(pci_devices) ? pci_place(path.substr(pci_devices.size())) : std::nullopt;
    if (!pci) return device.fail();
    host.pci = *pci;
}

bool add(DeviceReader& device, HostDevice host) {
    const auto boot = device.bootindex();
    host.place = device.place();
    if (!device.complete()) return false;
    if (!can_be_defined(device.import(), [&](auto& probe) { probe.host_devices = {host}; }))
        return false;
    if (boot) device.import().host_device_boots[device.guest().host_devices.size()] = *boot;
    device.guest().host_devices.push_back(std::move(host));
    return true;
}

} // namespace

bool read_host_usb(DeviceReader& device) {
    HostDevice host;
    take_usb_source(device, host);
    device.on_usb(host.info);
    return add(device, std::move(host));
}

bool read_vfio(DeviceReader& device) {
    HostDevice host{.type = HostDeviceType::pci, .model = {}, .at = {}, .managed = {}};
    const auto address = device.take("host");
    const auto path = device.take("sysfsdev");
    if (address.has_value() == path.has_value()) return false;
    if (address) {
        const auto pci = pci_place(*address);
        if (!pci) return false;
        host.pci = *pci;
    } else {
        take_sysfs(device, host, *path);
    }
    if (host.type == HostDeviceType::mdev) {
        host.display = device.turn("display");
        host.ramfb = device.turn("ramfb");
        if (device.driver() == "vfio-pci-nohotplug" && host.ramfb != true) return false;
    } else {
        host.rom = device.rom();
        if (device.driver() != "vfio-pci") return false;
    }
    device.on_pci(host.info);
    return add(device, std::move(host));
}

// "host:1.4" and "host:0951:1666"
bool import_host_usb_word(Import& import, const Option& option) {
    constexpr std::string_view prefix = "host:";
    if (!option.value().starts_with(prefix)) return false;
    const auto text = std::string_view(option.value()).substr(prefix.size());
    HostDevice host;
    host.place = option.word.place;
    const auto colon = text.find(':');
    const auto dot = text.find('.');
    if (colon != text.npos) {
        const auto vendor = hexadecimal(text.substr(0, colon), 0xffff);
        const auto product = hexadecimal(text.substr(colon + 1), 0xffff);
        if (!vendor || !product || *vendor == 0 || *product == 0) return false;
        host.model =
            UsbModel{static_cast<std::uint16_t>(*vendor), static_cast<std::uint16_t>(*product)};
    } else if (dot != text.npos) {
        host.at = usb_place(text.substr(0, dot), text.substr(dot + 1));
        if (!host.at) return false;
    } else {
        return false;
    }
    import.modern();
    import.guest.host_devices.push_back(std::move(host));
    return true;
}

} // namespace vmwarden::native
