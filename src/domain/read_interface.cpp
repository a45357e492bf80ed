// SPDX-License-Identifier: LGPL-2.1-or-later
#include "src/domain/readers.h"
#include "src/domain/values.h"

#include <algorithm>
#include <bit>

namespace vmwarden::domain {

namespace {

constexpr std::string_view no_sockets = "guests are not joined by sockets: use a network of the "
                                        "policy's";
constexpr std::string_view another_type = "interfaces of another type have it";
constexpr std::string_view no_owner = "only who looks after the host's network could tell it that";

constexpr NotDone types_refused[] = {
    {"hostdev", "write <hostdev mode='subsystem' type='pci'>"},
    {"internal", "the host has no such network: use one of the policy's"},
    {"mcast", no_sockets},
    {"server", no_sockets},
    {"client", no_sockets},
    {"udp", no_sockets},
    {"vdpa", "the device would be reached past the policy for networks"},
    {"vds", "only VMware has it"},
    {"null", "leave the card out, or write <link state='down'/>"}};
constexpr NotDone attributes_refused[] = {
    {"managed", "it is an attribute of <target>, and of interfaces of type 'hostdev'"},
    {"trustGuestRxFilters", "what the guest says of its filters is not acted on"}};
constexpr NotDone children_refused[] = {
    {"backend", "the nodes are /dev/net/tun and /dev/vhost-net, and passt is not run"},
    {"bandwidth", "traffic is not shaped: do it on the bridge or device of the host"},
    {"coalesce", "how the host's end gathers packets is ethtool's to say, on the host"},
    {"downscript", "scripts are not run for a guest"},
    {"filterref", "there is no filter on the host's side: nftables on the bridge can hold guests"},
    {"guest", "the guest names its own devices"},
    {"ip", "addresses are given by who owns the network"},
    {"port", "which cards of a bridge hear each other is the bridge's to say"},
    {"portForward", "no port of the host is opened for a guest"},
    {"route", no_owner},
    {"script", "scripts are not run for a guest"},
    {"source", "an interface of this type has none"},
    {"teaming", "there is no migration to fail over for"},
    {"tune", "the size of the send buffer is the kernel's"},
    {"virtualport", no_owner},
    {"vlan", no_owner}};
constexpr NotDone source_refused[] = {{"portgroup", no_owner},
                                      {"portid", "it is found out at start"},
                                      {"bridge", "it is found out at start"},
                                      {"dev", another_type},
                                      {"network", another_type},
                                      {"mode", another_type},
                                      {"type", another_type},
                                      {"path", another_type},
                                      {"name", another_type},
                                      {"address", another_type},
                                      {"port", another_type},
                                      {"switchid", "only VMware has it"},
                                      {"connectionid", "only VMware has it"}};
constexpr NotDone mac_refused[] = {{"type", "only VMware has it"},
                                   {"check", "only VMware has it"},
                                   {"currentAddress", "it is found out at start"}};
constexpr NotDone modes_refused[] = {
    {"passthrough", "it takes the device away from the host, address and all"}};

constexpr Word<std::string_view> models[] = {self("virtio"),
                                             self("virtio-transitional"),
                                             self("virtio-non-transitional"),
                                             self("e1000"),
                                             self("e1000e"),
                                             self("rtl8139"),
                                             self("pcnet"),
                                             self("ne2k_pci"),
                                             self("vmxnet3"),
                                             self("i82551"),
                                             self("i82557b"),
                                             self("i82559er")};
constexpr NotDone models_refused[] = {
    {"netfront", "only Xen guests have one"},
    {"igb", "QEMU has it since 8.0, and no emulator is asked before a start: use e1000e"},
    {"usb-net", "a card on PCI does the same: write virtio or e1000e"},
    {"lan9118", "only boards of another architecture have one"},
    {"smc91c111", "only boards of another architecture have one"},
    {"ne2k_isa", "an ISA card has an address of its own, which is not assigned"}};

constexpr Word<std::string_view> driver_names[] = {self("qemu"), self("vhost")};
constexpr NotDone driver_names_refused[] = {
    {"vfio", "write <hostdev mode='subsystem' type='pci'>"}};
constexpr Word<std::string_view> transmit_modes[] = {self("iothread"), self("timer")};
constexpr Word<bool> link_states[] = {{"up", true}, {"down", false}};

constexpr unsigned most_queues = 64; // each takes a descriptor or two through one message
constexpr unsigned least_mtu = 68;   // of IPv4
constexpr unsigned most_mtu = 65535;

unsigned read_number(ElementReader& element, const char* name, unsigned least, unsigned most) {
    const auto value = element.attribute(name);
    if (!value) return 0;
    return static_cast<unsigned>(
        number_from(*value, name, least, most, element.report()).value_or(0));
}

unsigned read_ring(ElementReader& driver, const char* name) {
    const auto size = read_number(driver, name, 256, 1024);
    if (size != 0 && !std::has_single_bit(size))
        driver.error(driver.attribute(name)->at, std::string(name) + " is a power of two",
                     "write 256, 512 or 1024");
    return size;
}

void read_driver(ElementReader& element, InterfaceDriver& driver) {
    driver.name = element.word("name", driver_names, driver_names_refused).value_or("");
    driver.txmode = element.word("txmode", transmit_modes).value_or("");
    driver.queues = read_number(element, "queues", 1, most_queues);
    driver.rx_queue_size = read_ring(element, "rx_queue_size");
    driver.tx_queue_size = read_ring(element, "tx_queue_size");
    driver.switches = read_switches(element, interface_switches);
    element.child("host",
                  [&](ElementReader& host) { driver.host = read_switches(host, host_offloads); });
    element.child("guest", [&](ElementReader& guest) {
        driver.guest = read_switches(guest, guest_offloads);
    });
}

void read_network(ElementReader& source, Interface& interface) {
    if (const auto network = source.required_attribute("network"))
        interface.network = token_from(*network, "network", source.report()).value_or("");
    set_aside(source, "portid");
    set_aside(source, "bridge");
}
void read_bridge(ElementReader& source, Interface& interface) {
    if (const auto bridge = source.required_attribute("bridge"))
        interface.bridge = interface_from(*bridge, source.report()).value_or("");
}
void read_lower_device(ElementReader& source, Interface& interface) {
    if (const auto device = source.required_attribute("dev"))
        interface.device = interface_from(*device, source.report()).value_or("");
    interface.mode =
        source.word("mode", macvtap_modes, modes_refused).value_or(MacvtapMode::unsaid);
}

constexpr Word<bool> socket_types[] = {{"unix", true}};
constexpr Word<bool> socket_modes[] = {{"client", true}};
constexpr NotDone socket_modes_refused[] = {
    {"server", "QEMU would wait for the other program before there is a guest: let that listen"}};
constexpr NotDone socket_children_refused[] = {{"reconnect", "QEMU connects once, when it starts"}};

void read_socket(ElementReader& source, Interface& interface) {
    source.required_word("type", socket_types);
    if (const auto path = source.required_attribute("path"))
        interface.socket = path_from(*path, source.report()).value_or("");
    source.required_word("mode", socket_modes, socket_modes_refused);
    source.refuse_children(socket_children_refused);
}

struct SourceKind {
    InterfaceType type;
    void (*read)(ElementReader&, Interface&);
    std::vector<std::string_view> own; // what <source> has then
    const char* example;
};
const std::vector<SourceKind>& sources() {
    static const std::vector<SourceKind> all = {
        {InterfaceType::network,
         read_network,
         {"network", "portid", "bridge"},
         "write <source network='default'/>"},
        {InterfaceType::bridge, read_bridge, {"bridge"}, "write <source bridge='br0'/>"},
        {InterfaceType::direct,
         read_lower_device,
         {"dev", "mode"},
         "write <source dev='eth0' mode='bridge'/>"},
        {InterfaceType::vhostuser,
         read_socket,
         {"type", "path", "mode"},
         "write <source type='unix' path='/run/...' mode='client'/>"}};
    return all;
}

// The list without what this type of interface has.
std::vector<NotDone> all_but(std::span<const NotDone> list,
                             const std::vector<std::string_view>& own) {
    std::vector<NotDone> rest(list.begin(), list.end());
    std::erase_if(rest, [&](const NotDone& entry) {
        return std::find(own.begin(), own.end(), entry.name) != own.end();
    });
    return rest;
}

bool has_source(InterfaceType type) {
    return std::any_of(sources().begin(), sources().end(),
                       [&](const SourceKind& kind) { return kind.type == type; });
}

void read_source(ElementReader& element, Interface& interface) {
    for (const auto& kind : sources()) {
        if (kind.type != interface.type) continue;
        const bool given = element.child("source", [&](ElementReader& source) {
            kind.read(source, interface);
            source.refuse_attributes(all_but(source_refused, kind.own));
            source.refuse_children(children_refused);
        });
        if (!given)
            element.error(element.at(),
                          "an interface of type '" +
                              std::string(word_for(interface_types, interface.type)) +
                              "' needs a <source>",
                          kind.example);
    }
}

void read_target(ElementReader& element, Interface& interface) {
    const bool ethernet = interface.type == InterfaceType::ethernet;
    if (interface.type == InterfaceType::user || interface.type == InterfaceType::vhostuser) return;
    const bool given = element.child("target", [&](ElementReader& target) {
        if (const auto name = target.required_attribute("dev"))
            interface.target = interface_from(*name, target.report()).value_or("");
        if (ethernet) interface.managed = target.word("managed", yes_no);
    });
    if (ethernet && !given)
        element.error(element.at(), "an interface of type 'ethernet' needs a <target>",
                      "write <target dev='tap0' managed='no'/> for a tap device that is there");
}

constexpr Word<bool> families[] = {{"ipv4", false}, {"ipv6", true}};

// QEMU's own network needs room for its addresses: .2 and .3, and from .15 on for guests.
void read_ip(ElementReader& ip, Interface& interface) {
    const bool six = ip.word("family", families) == true;
    auto& address = six ? interface.ipv6 : interface.ipv4;
    auto& bits = six ? interface.ipv6_bits : interface.ipv4_bits;
    if (!address.empty())
        ip.error(ip.at(), "a second address of this family", "the guest is in one network");
    const auto text = ip.required_attribute("address");
    if (text) address = address_from(*text, ip.report()).value_or("");
    if (!address.empty() && six != (address.find(':') != std::string::npos))
        ip.error(text->at, in_quotes(address) + " is of another family", "write family='ipv6'");
    bits = read_number(ip, "prefix", six ? 16 : 8, six ? 64 : 27);
    if (bits == 0) bits = six ? 64 : 24;
}

void read_link(ElementReader& element, Interface& interface) {
    element.child("link", [&](ElementReader& link) {
        interface.link_up = link.required_word("state", link_states);
    });
    element.child("mtu", [&](ElementReader& mtu) {
        if (mtu.required_attribute("size"))
            interface.mtu = read_number(mtu, "size", least_mtu, most_mtu);
    });
}

} // namespace

std::vector<NamedSwitch> read_switches(ElementReader& element, std::span<const KnownSwitch> known) {
    std::vector<NamedSwitch> out;
    for (const auto& each : known)
        if (const auto on = element.word(each.name, on_off))
            out.push_back({std::string(each.name), *on});
    return out;
}

void read_rom(ElementReader& device, DeviceRom& rom) {
    device.child("rom", [&](ElementReader& element) {
        rom.enabled = element.word("enabled", yes_no);
        rom.bar = element.word("bar", on_off);
        if (const auto file = element.attribute("file")) {
            rom.file = path_from(*file, element.report()).value_or("");
            rom.file_place = element.report().place(file->at);
        }
        if (rom.enabled == false && (rom.bar || !rom.file.empty()))
            element.error(element.at(), "enabled='no' leaves nothing more to say",
                          "remove it, or 'bar' and 'file'");
    });
}

void read_interface(ElementReader& element, GuestDefinition& guest) {
    Interface interface;
    interface.place = element.place();
    const auto type = element.required_word("type", interface_types, types_refused);
    if (!type) return element.skip_rest();
    interface.type = *type;
    element.refuse_attributes(attributes_refused);
    read_source(element, interface);
    read_target(element, interface);
    element.child("mac", [&](ElementReader& mac) {
        if (const auto address = mac.required_attribute("address"))
            interface.mac = mac_from(*address, mac.report()).value_or("");
        mac.refuse_attributes(mac_refused);
    });
    element.child("model", [&](ElementReader& model) {
        interface.model = model.required_word("type", models, models_refused).value_or("");
    });
    element.child("driver", [&](ElementReader& driver) { read_driver(driver, interface.driver); });
    read_link(element, interface);
    read_rom(element, interface.rom);
    interface.boot_order = read_boot_order(element, guest);
    interface.info = read_device_info(element, {AddressKind::pci});
    std::vector<std::string_view> own;
    if (interface.type == InterfaceType::user) {
        element.children("ip", [&](ElementReader& ip) { read_ip(ip, interface); });
        own.push_back("ip");
    }
    for (const auto& child : element.element().children)
        if (child.name == "bandwidth" && child.children.empty()) own.push_back("bandwidth");
    if (std::ranges::count(own, "bandwidth") != 0)
        element.flag("bandwidth"); // which limits nothing
    if (has_source(interface.type)) own.push_back("source");
    if (interface.type != InterfaceType::user && interface.type != InterfaceType::vhostuser)
        own.push_back("target");
    if (std::ranges::count(own, "target") == 0)
        element.set_aside_children({{{"target", "its network has no device of ours on the host"}}});
    element.refuse_children(all_but(children_refused, own));
    guest.interfaces.push_back(std::move(interface));
}

} // namespace vmwarden::domain
