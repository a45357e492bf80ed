// SPDX-License-Identifier: LGPL-2.1-or-later
#include "src/domain/readers.h"
#include "src/domain/values.h"

#include <charconv>

namespace vmwarden::domain {

namespace {

constexpr Word<bool> modes[] = {{"subsystem", true}};
constexpr NotDone modes_refused[] = {
    {"capabilities", "only guests that are containers can use it"}};
constexpr Word<bool> types[] = {{"usb", true}};
constexpr NotDone types_refused[] = {
    {"pci"},
    {"mdev"},
    {"scsi", "make the unit a disk: <disk type='block'>"},
    {"scsi_host", "the target would be reached past the policy for disks"}};
constexpr NotDone children_refused[] = {{"boot"},
                                        {"driver", "it is for PCI devices"},
                                        {"readonly", "it is for SCSI devices"},
                                        {"shareable", "a device is one guest's at a time"},
                                        {"rom", "it is for PCI devices"},
                                        {"teaming", "it is for PCI devices"}};
constexpr NotDone attributes_refused[] = {{"model", "it is for mediated devices"},
                                          {"display", "it is for mediated devices"},
                                          {"ramfb", "it is for mediated devices"},
                                          {"sgio", "it is for SCSI devices"},
                                          {"rawio", "it is for SCSI devices"}};
constexpr NotDone source_refused[] = {
    {"guestReset", "QEMU resets the device when the guest asks for it"},
    {"writeFiltering", "it is for PCI devices"}};
constexpr NotDone address_refused[] = {
    {"port", "a device is found by its bus and number, or by vendor and product"}};
constexpr Word<bool> managed_words[] = {{"yes", true}};
constexpr NotDone managed_refused[] = {
    {"no", "QEMU takes a USB device from its driver, and gives it back"}};

// As the format has it: 0x and hexadecimal digits, or a decimal number.
std::optional<unsigned> number_of(ElementReader& element, std::string_view name, unsigned least,
                                  unsigned most) {
    const auto value = element.required_attribute(name);
    if (!value) return std::nullopt;
    std::string_view digits = value->text;
    const bool hexadecimal = digits.starts_with("0x");
    if (hexadecimal) digits.remove_prefix(2);
    unsigned number = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number,
                                              hexadecimal ? 16 : 10);
    const bool whole =
        !digits.empty() && error == std::errc() && end == digits.data() + digits.size();
    if (whole && number >= least && number <= most) return number;
    element.error(value->at,
                  std::string(name) + " '" + std::string(value->text) + "' is not a number from " +
                      std::to_string(least) + " to " + std::to_string(most),
                  "write it as lsusb shows it, 0x before hexadecimal digits");
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
bool read_source(ElementReader& source, HostDevice& device) {
    device.startup = source.word("startupPolicy", startup_policies).value_or(StartupPolicy::unsaid);
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
    source.refuse_attributes(source_refused);
    return has_vendor || has_product || has_address;
}

} // namespace

void read_host_device(ElementReader& element, GuestDefinition& guest) {
    HostDevice device;
    device.place = element.place();
    const bool known = element.required_word("mode", modes, modes_refused).has_value() &&
                       element.required_word("type", types, types_refused).has_value();
    if (!known) return element.skip_rest();
    device.managed = element.word("managed", managed_words, managed_refused);
    bool said = false;
    element.child("source", [&](ElementReader& source) { said = read_source(source, device); });
    if (!said)
        element.error(element.at(), "<hostdev> does not say which device is meant",
                      "write <source><vendor id='0x1234'/><product id='0x5678'/></source>");
    element.refuse_attributes(attributes_refused);
    device.info = read_device_info(element, {AddressKind::usb});
    element.refuse_children(children_refused);
    guest.host_devices.push_back(device);
}

} // namespace vmwarden::domain
