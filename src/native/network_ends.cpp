// SPDX-License-Identifier: LGPL-2.1-or-later
#include "src/native/network_ends.h"

#include "src/base/text.h"
#include "src/native/device_reader.h"

namespace vmwarden::native {

namespace {

constexpr std::uint64_t most_queues = 64; // that the XML can say

class EndReader {
  public:
    EndReader(Import& import, const Option& option, Properties properties, Interface& interface)
      : import_(import)
      , option_(option)
      , properties_(std::move(properties))
      , interface_(interface) {}

    bool read() {
        properties_.take("id");
        const auto type = properties_.take("type").value_or("");
        const bool understood = type == "user"         ? read_user()
                                : type == "tap"        ? read_tap()
                                : type == "bridge"     ? read_bridge()
                                : type == "vhost-user" ? read_switch()
                                                       : false;
        const bool complete = understood && properties_.left().empty();
        if (!warning_.empty() && complete == understood) import_.warn(option_, warning_, hint_);
        if (complete && chardev_ != nullptr) chardev_->done = true;
        return complete;
    }

  private:
    // "172.17.2.0/24"; what it does beside that has no place.
    bool read_user() {
        if (const auto net = properties_.take("net")) {
            const auto slash = net->find('/');
            const auto bits =
                slash == net->npos ? std::nullopt : parse_unsigned(net->substr(slash + 1));
            if (!bits || *bits > 32) return false;
            interface_.ipv4 = net->substr(0, slash);
            interface_.ipv4_bits = static_cast<unsigned>(*bits);
        }
        if (const auto prefix = properties_.take("ipv6-prefix")) {
            const auto bits = parse_unsigned(properties_.take("ipv6-prefixlen").value_or("64"));
            if (!bits || *bits > 128) return false;
            interface_.ipv6 = *prefix;
            interface_.ipv6_bits = static_cast<unsigned>(*bits);
        }
        return can_be_defined(import_, [&](auto& probe) {
            probe.interfaces = {interface_};
            probe.interfaces.front().model = "virtio";
        });
    }

    bool read_tap() {
        if (properties_.has("helper") || properties_.has("br")) return read_bridge();
        if (!read_carrier() || !read_queues()) return false;
        interface_.type = InterfaceType::ethernet;
        const auto descriptors = properties_.take("fd");
        const auto several = properties_.take("fds");
        if (descriptors || several) {
            take_descriptors(several);
            return true;
        }
        const auto up = properties_.take("script");
        const auto down = properties_.take("downscript");
        if (up != "no" || down.value_or("no") != "no") {
            warning_ = "a script would put '" + option_.text() + "' on its network";
            hint_ = "write <interface type='bridge'> or type='network' instead of it";
            return false;
        }
        interface_.target = properties_.take("ifname").value_or("");
        return is_interface_name(interface_.target);
    }

    bool read_carrier() {
        const auto vhost = properties_.take("vhost");
        if (!vhost) return true;
        const auto on = switch_of(*vhost);
        interface_.driver.name = on == true ? "vhost" : "qemu";
        return on.has_value();
    }

    bool read_queues() {
        const auto text = properties_.take("queues");
        const auto queues = text ? parse_unsigned(*text) : 0;
        if (!queues || *queues > most_queues) return false;
        interface_.driver.queues = static_cast<unsigned>(*queues);
        return true;
    }

    // They were of the process that started the line; of the network behind them it says nothing.
    void take_descriptors(const std::optional<std::string>& several) {
        properties_.take("vhostfd");
        properties_.take("vhostfds");
        if (several)
            interface_.driver.queues = static_cast<unsigned>(std::ranges::count(*several, ':') + 1);
        interface_.target = free_name();
        warning_ = "'" + option_.text() + "' has the descriptor of a device of whoever started " +
                   "the line: here it is a tap device of its own, on no bridge";
        hint_ = "write <interface type='bridge'> or type='network' for the network it was on";
    }

    std::string free_name() const {
        std::set<std::string_view> taken;
        for (const auto& interface : import_.guest.interfaces)
            taken.insert(interface.target);
        for (unsigned number = 0;; ++number)
            if (auto name = "tap" + std::to_string(number); !taken.contains(name)) return name;
    }

    bool read_bridge() {
        interface_.type = InterfaceType::bridge;
        interface_.bridge = properties_.take("br").value_or("br0"); // the helper's own
        const auto helper = properties_.take("helper");
        if (helper && helper->substr(helper->rfind('/') + 1) != "qemu-bridge-helper") return false;
        if (helper) warning_ = "'helper' is left out: the agent puts the card on its bridge";
        return is_interface_name(interface_.bridge);
    }

    bool read_switch() {
        interface_.type = InterfaceType::vhostuser;
        const auto found = import_.chardevs.find(properties_.take("chardev").value_or(""));
        if (found == import_.chardevs.end() || found->second.done || !read_queues()) return false;
        interface_.socket = take_client_socket(found->second);
        if (properties_.peek("vhostforce") == "on") properties_.take("vhostforce"); // it is, anyway
        chardev_ = &found->second;
        return !interface_.socket.empty();
    }

    Import& import_;
    const Option& option_;
    Properties properties_;
    Interface& interface_;
    Pending* chardev_ = nullptr;
    std::string warning_;
    std::string hint_;
};

std::optional<std::uint64_t> number_in(Properties& properties, std::string_view key,
                                       std::uint64_t least, std::uint64_t most) {
    const auto number = parse_unsigned(properties.peek(key).value_or(""));
    if (!number || *number < least || *number > most) return std::nullopt;
    properties.take(key);
    return number;
}

std::vector<NamedSwitch> take_switches(Properties& properties, std::span<const KnownSwitch> known) {
    std::vector<NamedSwitch> switches;
    for (const auto& each : known) {
        const auto on = switch_of(properties.peek(each.property).value_or(""));
        if (!on) continue;
        properties.take(each.property);
        switches.push_back({std::string(each.name), *on});
    }
    return switches;
}

void take_ring(Properties& properties, std::string_view key, unsigned& size) {
    const auto number = number_in(properties, key, 256, 1024);
    if (number == 256 || number == 512 || number == 1024) size = static_cast<unsigned>(*number);
}

// What QEMU gives a card of so many queues.
void take_vectors(Properties& properties, const Interface& interface, InterfaceDriver& driver) {
    // The helper that puts a card on a bridge knows of one queue, and is not told.
    const auto all = parse_unsigned(properties.peek("vectors").value_or("")).value_or(0);
    const bool unsaid = interface.type == InterfaceType::bridge && driver.queues == 0;
    if (unsaid && properties.peek("mq") == "on" && all >= 6 && all % 2 == 0 &&
        all / 2 - 1 <= most_queues)
        driver.queues = static_cast<unsigned>(all / 2 - 1);
    if (driver.queues < 2) return;
    const auto vectors = std::to_string(2 * driver.queues + 2);
    if (properties.peek("mq") == "on") properties.take("mq");
    if (properties.peek("vectors") == vectors) properties.take("vectors");
}

void take_driver(Properties& properties, Interface& interface) {
    auto& driver = interface.driver;
    const auto sends = properties.peek("tx");
    if (sends == "bh") driver.txmode = "iothread";
    if (sends == "timer") driver.txmode = "timer";
    if (!driver.txmode.empty()) properties.take("tx");
    take_vectors(properties, interface, driver);
    take_ring(properties, "rx_queue_size", driver.rx_queue_size);
    take_ring(properties, "tx_queue_size", driver.tx_queue_size);
    driver.switches = take_switches(properties, interface_switches);
    driver.host = take_switches(properties, host_offloads);
    driver.guest = take_switches(properties, guest_offloads);
    const bool behind_iommu = std::ranges::count(driver.switches, NamedSwitch{"iommu", true}) != 0;
    if (behind_iommu && properties.peek("disable-legacy") == "on")
        properties.take("disable-legacy");
    if (const auto mtu = number_in(properties, "host_mtu", 68, 65535))
        interface.mtu = static_cast<unsigned>(*mtu);
}

// Nobody boots from it, so it is none in any case.
void take_rom(Properties& properties, Interface& interface) {
    const auto file = properties.peek("romfile");
    const auto bar = properties.peek("rombar");
    const bool boots = properties.has("bootindex");
    if (bar == "0" || bar == "1") properties.take("rombar");
    if (file == "" && bar == "0")
        interface.rom.enabled = false;
    else if (bar == "0" || bar == "1")
        interface.rom.bar = bar == "1";
    if (file == "" && (bar == "0" || !boots)) properties.take("romfile");
    if (!file || !file->starts_with('/')) return;
    interface.rom.file = *file;
    properties.take("romfile");
}

// In the definition, or as it was.
bool read_card(Import& import, Pending& device, const qemu::NicModel& model) {
    auto properties = device.properties;
    const auto netdev = import.netdevs.find(properties.take("netdev").value_or(""));
    if (netdev == import.netdevs.end() || netdev->second.done) return false;
    Interface interface;
    interface.model = model.name;
    interface.place = device.option->word.place;
    properties.take("driver");
    take_alias(properties.take("id").value_or(""), interface.info);
    if (!take_pci_place(import, properties, interface.info)) return false;
    interface.mac = properties.take("mac").value_or("");
    std::ranges::transform(interface.mac, interface.mac.begin(), [](char c) {
        return c >= 'A' && c <= 'F' ? static_cast<char>(c - 'A' + 'a') : c;
    });
    const auto& end = netdev->second;
    if (!take_network_end(import, *end.option, end.properties, interface)) return false;
    if (qemu::is_virtio(interface)) take_driver(properties, interface);
    take_rom(properties, interface);
    const auto boot = properties.take("bootindex");
    if (!can_be_defined(import, [&](auto& probe) { probe.interfaces = {interface}; })) return false;
    if (boot)
        if (const auto number = import.number(*device.option, *boot))
            import.interface_boots[import.guest.interfaces.size()] = *number;
    import.keep_properties(*device.option, std::string(model.device), properties);
    import.guest.interfaces.push_back(std::move(interface));
    netdev->second.done = device.done = true;
    return true;
}

} // namespace

bool take_network_end(Import& import, const Option& option, Properties properties,
                      Interface& interface) {
    return EndReader(import, option, std::move(properties), interface).read();
}

void settle_cards(Import& import) {
    for (auto& device : import.devices) {
        if (device.done || !device.properties.has("netdev")) continue;
        const auto* model = card_called(device.driver);
        if (model != nullptr) read_card(import, device, *model);
    }
}

} // namespace vmwarden::native
