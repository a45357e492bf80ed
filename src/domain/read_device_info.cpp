// SPDX-License-Identifier: LGPL-2.1-or-later
#include "src/domain/readers.h"
#include "src/domain/values.h"

#include <algorithm>
#include <limits>

namespace vmwarden::domain {

namespace {

constexpr std::size_t longest_alias = 128;

constexpr Word<AddressKind> kinds[] = {
    {"pci", AddressKind::pci},  {"drive", AddressKind::drive},
    {"usb", AddressKind::usb},  {"virtio-serial", AddressKind::virtio_serial},
    {"isa", AddressKind::isa},  {"dimm", AddressKind::dimm},
    {"ccid", AddressKind::ccid}};
constexpr NotDone kinds_refused[] = {{"spapr-vio", "only pSeries guests have such a bus"},
                                     {"virtio-s390", "only s390x guests have such a bus"},
                                     {"ccw", "only s390x guests have such a bus"},
                                     {"virtio-mmio", "a PC has no such bus"},
                                     {"unassigned", "a device that the guest does not see is not "
                                                    "started in this version: remove the device"}};
constexpr NotDone pci_children_refused[] = {{"zpci", "only s390x guests have such addresses"}};

unsigned number_at(ElementReader& address, std::string_view name, unsigned most) {
    const auto text = address.attribute(name);
    if (!text) return 0;
    const auto number = hex_number_from(*text, name, 0, most, address.report());
    return static_cast<unsigned>(number.value_or(0));
}

PciAddress read_pci(ElementReader& address) {
    PciAddress pci;
    pci.anywhere =
        !address.attribute("bus") && !address.attribute("slot") && !address.attribute("function");
    if (const auto domain = address.attribute("domain"))
        hex_number_from(*domain, "domain", 0, 0, address.report());
    pci.bus = number_at(address, "bus", 255);
    pci.slot = number_at(address, "slot", 31);
    pci.function = number_at(address, "function", 7);
    pci.multifunction = address.word("multifunction", on_off);
    address.refuse_children(pci_children_refused);
    return pci;
}

DriveAddress read_drive(ElementReader& address) {
    DriveAddress drive;
    drive.controller = number_at(address, "controller", 255);
    drive.bus = number_at(address, "bus", 255);
    drive.target = number_at(address, "target", 255);
    drive.unit = number_at(address, "unit", 16383);
    return drive;
}

// "2", "2.1", to the depth that USB has.
bool is_usb_port(std::string_view text) {
    constexpr std::size_t deepest = 5;
    std::size_t levels = 0;
    while (!text.empty() && levels++ < deepest) {
        const auto dot = std::min(text.find('.'), text.size());
        const auto part = text.substr(0, dot);
        if (part.empty() || part.size() > 2 || part[0] == '0' ||
            part.find_first_not_of("0123456789") != std::string_view::npos)
            return false;
        if (dot == text.size()) return true;
        text.remove_prefix(dot + 1);
    }
    return false;
}

UsbAddress read_usb(ElementReader& address) {
    UsbAddress usb;
    usb.bus = number_at(address, "bus", 127);
    if (const auto port = address.attribute("port")) {
        if (is_usb_port(port->text))
            usb.port = port->text;
        else
            address.error(port->at, in_quotes(port->text) + " is no USB port",
                          "write port='2', or port='2.1' behind a hub");
    }
    if (const auto device = address.attribute("device"))
        address.error(device->at, "device='...' names a device of the host",
                      "it belongs into the <source> of a <hostdev>");
    return usb;
}

VirtioSerialAddress read_virtio_serial(ElementReader& address) {
    VirtioSerialAddress serial;
    serial.controller = number_at(address, "controller", 255);
    serial.bus = number_at(address, "bus", 0);
    if (address.attribute("port")) serial.port = number_at(address, "port", 511);
    return serial;
}

IsaAddress read_isa(ElementReader& address) {
    IsaAddress isa;
    if (address.attribute("iobase")) isa.iobase = number_at(address, "iobase", 0xffff);
    if (address.attribute("irq")) isa.irq = number_at(address, "irq", 15);
    return isa;
}

DimmAddress read_dimm(ElementReader& address) {
    constexpr std::uint64_t most = std::numeric_limits<std::int64_t>::max();
    DimmAddress dimm;
    if (address.attribute("slot")) dimm.slot = number_at(address, "slot", 255);
    if (const auto base = address.attribute("base"))
        dimm.base = hex_number_from(*base, "base", 0, most, address.report());
    return dimm;
}

DeviceAddress read_kind(ElementReader& address, AddressKind kind) {
    switch (kind) {
    case AddressKind::pci:
        return read_pci(address);
    case AddressKind::drive:
        return read_drive(address);
    case AddressKind::usb:
        return read_usb(address);
    case AddressKind::virtio_serial:
        return read_virtio_serial(address);
    case AddressKind::dimm:
        return read_dimm(address);
    case AddressKind::ccid:
        number_at(address, "slot", 0);
        return CcidAddress{number_at(address, "controller", 0)};
    case AddressKind::isa:
        break;
    }
    return read_isa(address);
}

void read_address(ElementReader& address, std::span<const AddressKind> possible, DeviceInfo& info) {
    const auto type_at = address.attribute("type");
    const auto kind = address.required_word("type", kinds, kinds_refused);
    if (!kind) return address.skip_rest();
    info.place = address.place();
    if (std::find(possible.begin(), possible.end(), *kind) != possible.end()) {
        info.address = read_kind(address, *kind);
        return;
    }
    std::string hint;
    for (const auto each : possible)
        hint += (hint.empty() ? "write type='" : "', or '") + std::string(word_for(kinds, each));
    address.error(type_at->at, "this device has no address of type " + in_quotes(type_at->text),
                  hint.empty() ? "remove <address>" : hint + "'");
    address.skip_rest();
}

// libvirt's own have dots as well: "pci.1".
bool is_alias(std::string_view text) {
    const bool own = !text.starts_with("ua-");
    return !text.empty() && text.size() <= longest_alias &&
           std::all_of(text.begin(), text.end(), [&](char c) {
               return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                      c == '_' || c == '-' || (own && c == '.');
           });
}

void read_alias(ElementReader& alias, DeviceInfo& info) {
    const auto name = alias.required_attribute("name");
    if (!name) return;
    if (is_alias(name->text))
        info.alias = name->text;
    else
        alias.error(name->at, in_quotes(name->text) + " cannot be an alias",
                    "use up to 128 letters, digits, '_' and '-'");
}

} // namespace

void set_aside(ElementReader& element, std::string_view attribute) {
    const auto value = element.attribute(attribute);
    if (!value) return;
    element.report().warning(
        value->at, "'" + std::string(attribute) + "' of " + element.tag() + " is set aside",
        "only a running guest has one, and it changes");
}

void read_virtio_driver(ElementReader& device, bool virtio, DeviceInfo& info) {
    device.child("driver", [&](ElementReader& driver) {
        info.virtio = read_switches(driver, device_switches);
        if (!virtio && !info.virtio.empty())
            driver.error(driver.at(), "only a virtio device has these switches", "remove <driver>");
    });
}

DeviceInfo read_device_info(ElementReader& device, std::span<const AddressKind> possible) {
    DeviceInfo info;
    info.place = device.place();
    device.child("address", [&](ElementReader& address) { read_address(address, possible, info); });
    device.child("alias", [&](ElementReader& alias) { read_alias(alias, info); });
    const bool on_pci =
        std::find(possible.begin(), possible.end(), AddressKind::pci) != possible.end();
    if (!on_pci) {
        device.refuse_children({{{"acpi", "only a PCI device has an index in ACPI"}}});
        return info;
    }
    device.child("acpi", [&](ElementReader& acpi) {
        constexpr std::uint64_t most = 16383; // what QEMU takes
        if (const auto index = acpi.required_attribute("index"))
            info.acpi_index = static_cast<unsigned>(
                number_from(*index, "index", 1, most, acpi.report()).value_or(0));
    });
    return info;
}

} // namespace vmwarden::domain
