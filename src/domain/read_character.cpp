// SPDX-License-Identifier: LGPL-2.1-or-later
// Serial and parallel ports, consoles and channels.
#include "src/domain/character_source.h"
#include "src/domain/readers.h"
#include "src/domain/values.h"

#include <algorithm>

namespace vmwarden::domain {

namespace {

using Target = CharacterDevice::Target;

constexpr unsigned serial_ports = 4; // of a PC's own; all kinds together may be more
constexpr unsigned all_serial_ports = 32;
constexpr unsigned parallel_ports = 3;
constexpr unsigned virtio_ports = 31;
// Where the guest's SPICE agent looks.
constexpr const char* agent_channel = "com.redhat.spice.0";

constexpr Word<Target> serial_targets[] = {{"isa-serial", Target::serial},
                                           {"pci-serial", Target::pci_serial},
                                           {"usb-serial", Target::usb_serial}};
constexpr NotDone serial_targets_refused[] = {
    {"spapr-vio-serial", "only pSeries guests have one"},
    {"system-serial", "only ARM guests have one"},
    {"sclp-serial", "only s390x guests have one"},
    {"isa-debug", "what firmware tells there is for who builds it"}};
constexpr Word<Target> console_targets[] = {{"serial", Target::serial},
                                            {"virtio", Target::virtio_console}};
constexpr NotDone console_targets_refused[] = {
    {"xen", "only Xen guests have one"},    {"uml", "only QEMU is launched here"},
    {"lxc", "only QEMU is launched here"},  {"openvz", "only QEMU is launched here"},
    {"sclp", "only s390x guests have one"}, {"sclplm", "only s390x guests have one"}};
constexpr Word<Target> channel_targets[] = {{"virtio", Target::virtio_channel}};
constexpr NotDone channel_targets_refused[] = {
    {"guestfwd", "no address of a network leads to the host"}, {"xen", "only Xen guests have one"}};
constexpr NotDone serial_models_refused[] = {
    {"spapr-vty", "only pSeries guests have one"},
    {"pl011", "only ARM guests have one"},
    {"16550a", "only ARM and RISC-V guests have one"},
    {"sclpconsole", "only s390x guests have one"},
    {"sclplmconsole", "only s390x guests have one"},
    {"isa-debugcon", "what firmware tells there is for who builds it"}};

bool is_x86(const std::string& arch) {
    return arch.empty() || arch == "x86_64" || arch == "i686";
}

bool is_serial(Target target) {
    return target == Target::serial || target == Target::pci_serial || target == Target::usb_serial;
}

// All serial ports count together, whatever they are plugged into.
bool same_kind(Target one, Target other) {
    return one == other || (is_serial(one) && is_serial(other));
}

std::optional<unsigned> read_port(ElementReader& target, unsigned ports) {
    const auto text = target.attribute("port");
    if (!text) return std::nullopt;
    const auto port = number_from(*text, "port", 0, ports - 1, target.report());
    if (!port) return std::nullopt;
    return static_cast<unsigned>(*port);
}

unsigned next_port(const GuestDefinition& guest, Target target) {
    unsigned next = 0;
    for (const auto& device : guest.characters)
        if (same_kind(device.target, target)) next = std::max(next, device.port + 1);
    return next;
}

const CharacterDevice* holder(const GuestDefinition& guest, Target target, unsigned port) {
    const auto found =
        std::find_if(guest.characters.begin(), guest.characters.end(), [&](const auto& device) {
            return same_kind(device.target, target) && device.port == port;
        });
    return found == guest.characters.end() ? nullptr : &*found;
}

void add(ElementReader& element, CharacterDevice device, unsigned ports, GuestDefinition& guest) {
    if (const auto* other = holder(guest, device.target, device.port))
        return element.error(element.at(),
                             "port " + std::to_string(device.port) + " is already that of line " +
                                 std::to_string(other->place.line),
                             "give each its own port");
    if (device.port >= ports)
        return element.error(element.at(),
                             "there are " + std::to_string(ports) + " ports of this kind at most");
    guest.characters.push_back(std::move(device));
}

bool repeats(const DeviceInfo& one, const DeviceInfo& other) {
    const bool same_address = one.address == other.address || one.address.index() == 0;
    return same_address && (one.alias == other.alias || one.alias.empty());
}

// A console on a serial port is that port: libvirt writes both, and believes the <serial>.
void add_serial_console(ElementReader& element, CharacterDevice device, GuestDefinition& guest) {
    const auto* serial = holder(guest, Target::serial, device.port);
    if (serial == nullptr) return add(element, std::move(device), serial_ports, guest);
    if (!same_other_end(*serial, device) || !repeats(device.info, serial->info))
        element.report().warning(element.at(),
                                 "what this console says is set aside: it is serial port " +
                                     std::to_string(device.port) + " of line " +
                                     std::to_string(serial->place.line),
                                 "remove <console>, or write it as <serial> is written");
}

void read_serial_model(ElementReader& model, const CharacterDevice& device) {
    const auto named = model.required_word("name", serial_targets, serial_models_refused);
    if (named && *named != device.target)
        model.error(model.at(), "this model is not that of the <target>'s type",
                    "write " + std::string(word_for(serial_targets, device.target)));
}

DeviceInfo read_serial_info(ElementReader& element, Target target) {
    if (target == Target::pci_serial) return read_device_info(element, {AddressKind::pci});
    if (target == Target::usb_serial) return read_device_info(element, {AddressKind::usb});
    return read_device_info(element, {AddressKind::isa});
}

bool is_generated(std::string_view path) {
    constexpr std::string_view places[] = {
        "/run/libvirt/qemu/channel/", "/var/run/libvirt/qemu/channel/",
        "/var/lib/libvirt/qemu/channel/target/", "/var/lib/libvirt/qemu/domain-"};
    return std::any_of(std::begin(places), std::end(places),
                       [&](std::string_view place) { return path.starts_with(place); });
}

} // namespace

void read_serial(ElementReader& element, GuestDefinition& guest) {
    CharacterDevice device;
    if (!read_other_end(element, device)) return element.skip_rest();
    device.port = next_port(guest, Target::serial);
    element.child("target", [&](ElementReader& target) {
        const auto type = target.word("type", serial_targets, serial_targets_refused);
        device.target = type.value_or(Target::serial);
        if (type == Target::serial && !is_x86(guest.os.arch))
            target.error(target.at(), "an ISA serial port needs an x86 guest",
                         "remove type='isa-serial'");
        target.child("model", [&](ElementReader& model) { read_serial_model(model, device); });
        if (const auto port = read_port(target, all_serial_ports)) device.port = *port;
    });
    const bool isa = device.target == Target::serial;
    device.info = read_serial_info(element, device.target);
    add(element, std::move(device), isa ? serial_ports : all_serial_ports, guest);
}

void read_parallel(ElementReader& element, GuestDefinition& guest) {
    CharacterDevice device;
    device.target = Target::parallel;
    if (!read_other_end(element, device)) return element.skip_rest();
    device.port = next_port(guest, Target::parallel);
    element.child("target", [&](ElementReader& target) {
        if (const auto port = read_port(target, parallel_ports)) device.port = *port;
    });
    device.info = read_device_info(element, {AddressKind::isa});
    add(element, std::move(device), parallel_ports, guest);
}

void read_channel(ElementReader& element, GuestDefinition& guest) {
    CharacterDevice device;
    device.target = Target::virtio_channel;
    if (!read_other_end(element, device)) return element.skip_rest();
    if (device.source == CharacterSource::unix_listener && is_generated(device.path)) {
        element.report().warning(element.at(), "the path of <channel> is set aside",
                                 "libvirt chose it for a guest that ran; here it is among the "
                                 "guest's state");
        device.path.clear();
    }
    const bool given = element.child("target", [&](ElementReader& target) {
        if (!target.required_word("type", channel_targets, channel_targets_refused))
            return target.skip_rest();
        if (device.source == CharacterSource::spicevmc || device.source == CharacterSource::vdagent)
            device.name = agent_channel;
        const bool known = !device.name.empty();
        if (const auto name = known ? target.attribute("name") : target.required_attribute("name"))
            device.name = token_from(*name, "channel", target.report()).value_or("");
        set_aside(target, "state");
    });
    if (!given)
        element.error(element.at(), "<channel> has no <target>",
                      "write <target type='virtio' name='org.qemu.guest_agent.0'/>");
    device.info = read_device_info(element, {AddressKind::virtio_serial});
    const auto same = [&](const CharacterDevice& other) {
        return !device.name.empty() && other.name == device.name;
    };
    if (std::any_of(guest.characters.begin(), guest.characters.end(), same))
        return element.error(element.at(), "a second channel " + in_quotes(device.name),
                             "give each its own name");
    guest.characters.push_back(std::move(device));
}

bool read_console(ElementReader& element, bool had_serial_console, GuestDefinition& guest) {
    CharacterDevice device;
    if (!read_other_end(element, device)) {
        element.skip_rest();
        return false;
    }
    std::optional<unsigned> port;
    element.child("target", [&](ElementReader& target) {
        device.target =
            target.word("type", console_targets, console_targets_refused).value_or(Target::serial);
        port = read_port(target, device.target == Target::serial ? serial_ports : virtio_ports);
    });
    const bool virtio = device.target == Target::virtio_console;
    device.info = virtio ? read_device_info(element, {AddressKind::virtio_serial})
                         : read_device_info(element, {AddressKind::isa});
    if (virtio) {
        device.port = port.value_or(next_port(guest, Target::virtio_console));
        add(element, std::move(device), virtio_ports, guest);
        return false;
    }
    device.port = port.value_or(0);
    if (had_serial_console)
        element.error(element.at(), "a second console on a serial port",
                      "write <target type='virtio'/>, or use <serial>");
    add_serial_console(element, std::move(device), guest);
    return true;
}

} // namespace vmwarden::domain
