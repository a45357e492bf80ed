// SPDX-License-Identifier: LGPL-2.1-or-later
#include "src/domain/words.h"
#include "src/domain/writers.h"

#include <array>
#include <cinttypes>
#include <cstdio>

namespace vmwarden::domain {

namespace {

std::string hex(unsigned value, unsigned digits) {
    std::array<char, 16> text{};
    std::snprintf(text.data(), text.size(), "0x%0*x", static_cast<int>(digits), value);
    return text.data();
}

// One function for each kind of address.
class AddressWriter {
  public:
    explicit AddressWriter(XmlWriter& xml)
      : xml_(xml) {}

    void operator()(std::monostate /*none*/) const {}

    void operator()(const PciAddress& pci) const {
        if (pci.anywhere) return xml_.empty("address", {{"type", "pci"}});
        const auto bus = hex(pci.bus, 2);
        const auto slot = hex(pci.slot, 2);
        const auto function = hex(pci.function, 1);
        XmlAttributes attributes{{"type", "pci"},
                                 {"domain", "0x0000"},
                                 {"bus", bus},
                                 {"slot", slot},
                                 {"function", function}};
        if (pci.multifunction)
            attributes.push_back({"multifunction", word_for(on_off, *pci.multifunction)});
        xml_.empty("address", attributes);
    }

    void operator()(const DriveAddress& drive) const {
        const auto controller = std::to_string(drive.controller);
        const auto bus = std::to_string(drive.bus);
        const auto target = std::to_string(drive.target);
        const auto unit = std::to_string(drive.unit);
        xml_.empty("address", {{"type", "drive"},
                               {"controller", controller},
                               {"bus", bus},
                               {"target", target},
                               {"unit", unit}});
    }

    void operator()(const UsbAddress& usb) const {
        const auto bus = std::to_string(usb.bus);
        XmlAttributes attributes{{"type", "usb"}, {"bus", bus}};
        if (!usb.port.empty()) attributes.push_back({"port", usb.port});
        xml_.empty("address", attributes);
    }

    void operator()(const VirtioSerialAddress& serial) const {
        const auto controller = std::to_string(serial.controller);
        const auto bus = std::to_string(serial.bus);
        const auto port = std::to_string(serial.port.value_or(0));
        XmlAttributes attributes{
            {"type", "virtio-serial"}, {"controller", controller}, {"bus", bus}};
        if (serial.port) attributes.push_back({"port", port});
        xml_.empty("address", attributes);
    }

    void operator()(const IsaAddress& isa) const {
        const auto iobase = hex(isa.iobase.value_or(0), 1);
        const auto irq = hex(isa.irq.value_or(0), 1);
        XmlAttributes attributes{{"type", "isa"}};
        if (isa.iobase) attributes.push_back({"iobase", iobase});
        if (isa.irq) attributes.push_back({"irq", irq});
        xml_.empty("address", attributes);
    }

    void operator()(const CcidAddress& ccid) const {
        const auto controller = std::to_string(ccid.controller);
        xml_.empty("address", {{"type", "ccid"}, {"controller", controller}, {"slot", "0"}});
    }

    void operator()(const DimmAddress& dimm) const {
        const auto slot = std::to_string(dimm.slot.value_or(0));
        std::array<char, 32> base{};
        std::snprintf(base.data(), base.size(), "0x%" PRIx64, dimm.base.value_or(0));
        XmlAttributes attributes{{"type", "dimm"}};
        if (dimm.slot) attributes.push_back({"slot", slot});
        if (dimm.base) attributes.push_back({"base", base.data()});
        xml_.empty("address", attributes);
    }

  private:
    XmlWriter& xml_;
};

} // namespace

bool says_anything(const DeviceInfo& info) {
    return info.address.index() != 0 || !info.alias.empty() || info.acpi_index != 0 ||
           !info.virtio.empty() || info.model != VirtioModel::unsaid;
}

void add_switches(XmlAttributes& to, const std::vector<NamedSwitch>& switches) {
    for (const auto& each : switches)
        to.push_back({each.name, word_for(on_off, each.on)});
}

void write_virtio_driver(XmlWriter& xml, const DeviceInfo& info) {
    XmlAttributes driver;
    add_switches(driver, info.virtio);
    if (!driver.empty()) xml.empty("driver", driver);
}

void write_device_info(XmlWriter& xml, const DeviceInfo& info) {
    if (!info.alias.empty()) xml.empty("alias", {{"name", info.alias}});
    const auto index = std::to_string(info.acpi_index);
    if (info.acpi_index != 0) xml.empty("acpi", {{"index", index}});
    std::visit(AddressWriter(xml), info.address);
}

} // namespace vmwarden::domain
