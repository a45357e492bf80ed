// SPDX-License-Identifier: LGPL-2.1-or-later
#include "src/domain/readers.h"
#include "src/domain/values.h"

namespace vmwarden::domain {

namespace {

constexpr NotDone types_refused[] = {
    {"bridge"}, {"direct"}, {"ethernet"},  {"hostdev"}, {"internal"}, {"mcast"}, {"server"},
    {"client"}, {"udp"},    {"vhostuser"}, {"vdpa"},    {"vds"},      {"null"}};
constexpr NotDone attributes_refused[] = {{"managed"}, {"trustGuestRxFilters"}};
constexpr NotDone children_refused[] = {
    {"address", "addresses are assigned at start in this version"},
    {"alias", "names of devices are assigned at start"},
    {"acpi"},
    {"backend"},
    {"bandwidth"},
    {"coalesce"},
    {"downscript"},
    {"driver"},
    {"filterref"},
    {"guest"},
    {"ip"},
    {"link"},
    {"mtu"},
    {"port"},
    {"portForward"},
    {"route"},
    {"rom"},
    {"script", "scripts are not run for a guest"},
    {"teaming"},
    {"target", "the host side of the network is named at start"},
    {"tune"},
    {"virtualport"},
    {"vlan"}};
constexpr NotDone source_refused[] = {
    {"bridge", "it is found out at start"}, {"portgroup"}, {"portid", "it is found out at start"}};
constexpr NotDone mac_refused[] = {{"type"}, {"check"}, {"currentAddress"}};
constexpr Word<std::string_view> models[] = {self("virtio"),  self("e1000"), self("e1000e"),
                                             self("rtl8139"), self("pcnet"), self("ne2k_pci"),
                                             self("vmxnet3")};
constexpr NotDone models_refused[] = {{"virtio-transitional"},
                                      {"virtio-non-transitional"},
                                      {"netfront", "only Xen guests have one"},
                                      {"igb"},
                                      {"usb-net"},
                                      {"lan9118"},
                                      {"smc91c111"},
                                      {"i82551"},
                                      {"i82557b"},
                                      {"i82559er"},
                                      {"ne2k_isa"}};

} // namespace

void read_interface(ElementReader& element, GuestDefinition& guest) {
    Interface interface;
    interface.place = element.place();
    const auto type = element.required_word("type", interface_types, types_refused);
    if (!type) return element.skip_rest();
    interface.type = *type;
    element.refuse_attributes(attributes_refused);
    if (interface.type == InterfaceType::network) {
        const bool given = element.child("source", [&](ElementReader& source) {
            if (const auto network = source.required_attribute("network"))
                interface.network = token_from(*network, "network", source.report()).value_or("");
            source.refuse_attributes(source_refused);
        });
        if (!given)
            element.error(element.at(), "an interface of type 'network' needs a <source>",
                          "write <source network='default'/>");
    }
    element.child("mac", [&](ElementReader& mac) {
        if (const auto address = mac.required_attribute("address"))
            interface.mac = mac_from(*address, mac.report()).value_or("");
        mac.refuse_attributes(mac_refused);
    });
    element.child("model", [&](ElementReader& model) {
        interface.model = model.required_word("type", models, models_refused).value_or("");
    });
    interface.boot_order = read_boot_order(element, guest);
    element.refuse_children(children_refused);
    guest.interfaces.push_back(std::move(interface));
}

} // namespace vmwarden::domain
