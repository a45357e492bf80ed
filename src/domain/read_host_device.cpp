// SPDX-License-Identifier: LGPL-2.1-or-later
#include "src/base/text.h"
#include "src/domain/readers.h"
#include "src/domain/values.h"

namespace vmwarden::domain {

namespace {

constexpr Word<bool> modes[] = {{"subsystem", true}};
constexpr NotDone modes_refused[] = {
    {"capabilities", "only guests that are containers can use it"}};
constexpr NotDone types_refused[] = {
    {"scsi", "make the unit a disk: <disk type='block'>"},
    {"scsi_host", "the target would be reached past the policy for disks"}};
constexpr Word<bool> models[] = {{"vfio-pci", true}};
constexpr NotDone models_refused[] = {{"vfio-ccw", "only s390x guests have such devices"},
                                      {"vfio-ap", "only s390x guests have such devices"}};
constexpr Word<bool> drivers[] = {{"vfio", true}};
constexpr NotDone drivers_refused[] = {{"kvm", "kernels have not had it since 4.12"},
                                       {"xen", "this host runs no Xen"}};

constexpr std::string_view of_pci = "it is for PCI devices";
constexpr std::string_view of_mdev = "it is for mediated devices";
constexpr NotDone children_refused[] = {{"readonly", "it is for SCSI devices"},
                                        {"shareable", "a device is one guest's at a time"},
                                        {"teaming", "there is no migration to fail over for"}};
constexpr NotDone pci_children_refused[] = {{"rom", of_pci}, {"driver", of_pci}};
constexpr NotDone attributes_refused[] = {{"sgio", "it is for SCSI devices"},
                                          {"rawio", "it is for SCSI devices"}};
constexpr NotDone mdev_attributes_refused[] = {
    {"model", of_mdev}, {"display", of_mdev}, {"ramfb", of_mdev}};
constexpr NotDone source_refused[] = {
    {"guestReset", "QEMU resets the device when the guest asks for it"},
    {"writeFiltering", "what it would let through may harm the host"}};
constexpr NotDone address_refused[] = {
    {"port", "a device is found by its bus and number, or by vendor and product"}};
constexpr Word<bool> mdev_managed_words[] = {{"no", false}};
constexpr NotDone mdev_managed_refused[] = {{"yes", "a mediated device has no other driver"}};

// As the format has it: 0x and hexadecimal digits, or a decimal number.
std::optional<unsigned> number_of(ElementReader& element, std::string_view name, unsigned least,
                                  unsigned most) {
    const auto value = element.required_attribute(name);
    if (!value) return std::nullopt;
    const auto number = parse_unsigned(value->text);
    if (number && *number >= least && *number <= most) return static_cast<unsigned>(*number);
    element.error(value->at,
                  std::string(name) + " '" + std::string(value->text) + "' is not a number from " +
                      std::to_string(least) + " to " + std::to_string(most),
                  "write it as lsusb or lspci shows it, 0x before hexadecimal digits");
    return std::nullopt;
}

// Whether there is such an element, be it right or wrong.
bool read_id(ElementReader& source, std::string_view name, std::optional<std::uint16_t>& id) {
    return source.child(name, [&](ElementReader& element) {
        if (const auto number = number_of(element, "id", 1, 0xffff))
            id = static_cast<std::uint16_t>(*number);
    });
}

// Whether it says at all which device is meant.
bool read_usb_source(ElementReader& source, HostDevice& device) {
    std::optional<std::uint16_t> vendor;
    std::optional<std::uint16_t> product;
    const bool has_vendor = read_id(source, "vendor", vendor);
    const bool has_product = read_id(source, "product", product);
    if (vendor && product) device.model = UsbModel{*vendor, *product};
    const bool has_address = source.child("address", [&](ElementReader& address) {
        const auto bus = number_of(address, "bus", 1, 999);
        const auto number = number_of(address, "device", 1, 127);
        if (bus && number) device.at = UsbPlace{*bus, *number};
        address.refuse_attributes(address_refused);
    });
    if (has_vendor != has_product)
        source.error(source.at(), "<vendor> and <product> go together", "write both");
    return has_vendor || has_product || has_address;
}

bool read_pci_source(ElementReader& source, HostDevice& device) {
    return source.child("address", [&](ElementReader& address) {
        auto& at = device.pci;
        if (const auto domain = address.attribute("domain"))
            at.domain = static_cast<unsigned>(
                hex_number_from(*domain, "domain", 0, 0xffff, address.report()).value_or(0));
        at.bus = number_of(address, "bus", 0, 0xff).value_or(0);
        at.slot = number_of(address, "slot", 0, 0x1f).value_or(0);
        at.function = number_of(address, "function", 0, 7).value_or(0);
    });
}

bool read_mdev_source(ElementReader& source, HostDevice& device) {
    return source.child("address", [&](ElementReader& address) {
        const auto text = address.required_attribute("uuid");
        if (!text) return;
        const auto uuid = Uuid::parse(text->text);
        if (uuid) device.mdev = *uuid;
        if (!uuid)
            address.error(text->at, "'" + printable(text->text) + "' is no UUID",
                          "write it as ls /sys/bus/mdev/devices shows it");
    });
}

struct Kind {
    bool (*read_source)(ElementReader&, HostDevice&);
    std::string_view example;
};
Kind kind_of(HostDeviceType type) {
    switch (type) {
    case HostDeviceType::pci:
        return {read_pci_source,
                "<address domain='0x0000' bus='0x06' slot='0x02' function='0x0'/>"};
    case HostDeviceType::mdev:
        return {read_mdev_source, "<address uuid='...'/>"};
    case HostDeviceType::usb:
        break;
    }
    return {read_usb_source, "<vendor id='0x1234'/><product id='0x5678'/>"};
}

void read_source(ElementReader& element, HostDevice& device) {
    const auto kind = kind_of(device.type);
    bool said = false;
    element.child("source", [&](ElementReader& source) {
        if (device.type != HostDeviceType::mdev)
            device.startup =
                source.word("startupPolicy", startup_policies).value_or(StartupPolicy::unsaid);
        said = kind.read_source(source, device);
        source.refuse_attributes(source_refused);
    });
    if (!said)
        element.error(element.at(), "<hostdev> does not say which device is meant",
                      "write <source>" + std::string(kind.example) + "</source>");
}

void read_managed(ElementReader& element, HostDevice& device) {
    if (device.type == HostDeviceType::mdev)
        device.managed = element.word("managed", mdev_managed_words, mdev_managed_refused);
    else
        device.managed = element.word("managed", yes_no);
}

void read_mdev(ElementReader& element, HostDevice& device) {
    element.required_word("model", models, models_refused);
    device.display = element.word("display", on_off);
    device.ramfb = element.word("ramfb", on_off);
}

void read_pci(ElementReader& element, HostDevice& device) {
    element.child("driver", [&](ElementReader& driver) {
        device.names_driver = driver.required_word("name", drivers, drivers_refused).has_value();
    });
    read_rom(element, device.rom);
}

} // namespace

void read_host_device(ElementReader& element, GuestDefinition& guest) {
    HostDevice device;
    device.place = element.place();
    const bool known = element.required_word("mode", modes, modes_refused).has_value();
    const auto type =
        known ? element.required_word("type", host_device_types, types_refused) : std::nullopt;
    if (!type) return element.skip_rest();
    device.type = *type;
    read_managed(element, device);
    read_source(element, device);
    element.refuse_attributes(attributes_refused);
    if (device.type == HostDeviceType::mdev)
        read_mdev(element, device);
    else
        element.refuse_attributes(mdev_attributes_refused);
    if (device.type == HostDeviceType::pci)
        read_pci(element, device);
    else
        element.refuse_children(pci_children_refused);
    device.boot_order = read_boot_order(element, guest);
    device.info = read_device_info(
        element, {device.type == HostDeviceType::usb ? AddressKind::usb : AddressKind::pci});
    element.refuse_children(children_refused);
    guest.host_devices.push_back(device);
}

} // namespace vmwarden::domain
