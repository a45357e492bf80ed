// SPDX-License-Identifier: LGPL-2.1-or-later
#include "src/qemu/command_line.h"
#include "src/qemu/devices.h"
#include "src/qemu/memory.h"
#include "src/qemu/rom.h"

#include <array>
#include <cstdio>

namespace vmwarden::qemu {

namespace {

// FNV-1a, 64 bits: stable for ever, which std::hash is not.
class StableHash {
  public:
    void add(std::uint8_t byte) { value_ = (value_ ^ byte) * 0x100000001b3; }
    [[nodiscard]] std::uint64_t value() const { return value_; }

  private:
    std::uint64_t value_ = 0xcbf29ce484222325;
};

} // namespace

std::string derived_mac(const Uuid& uuid, std::size_t interface) {
    StableHash hash;
    for (const auto byte : uuid.bytes)
        hash.add(byte);
    for (unsigned shift = 0; shift < 32; shift += 8)
        hash.add(static_cast<std::uint8_t>(interface >> shift));
    const auto octet = [&](unsigned shift) {
        return static_cast<unsigned>((hash.value() >> shift) & 0xffU);
    };
    std::array<char, 18> text{};
    std::snprintf(text.data(), text.size(), "52:54:00:%02x:%02x:%02x", octet(48), octet(32),
                  octet(16));
    return text.data();
}

namespace {

std::string joined(const std::vector<int>& numbers) {
    std::string out;
    for (const int number : numbers)
        out += (out.empty() ? "" : ":") + std::to_string(number);
    return out;
}

void put_descriptors(Json& netdev, const std::string& name, const std::vector<int>& numbers) {
    if (!numbers.empty()) netdev[numbers.size() == 1 ? name : name + "s"] = joined(numbers);
}

// Without descriptors a person runs the line, or it stays QEMU's own network.
Json back_end(const Interface& interface, const NetworkBackEnd* given, bool by_hand,
              const std::string& number) {
    if (interface.type == InterfaceType::vhostuser ||
        (given != nullptr && !given->socket.empty())) {
        Json netdev{{"type", "vhost-user"}, {"chardev", "switch" + number}};
        if (interface.driver.queues > 1) netdev["queues"] = interface.driver.queues;
        return netdev;
    }
    if (given != nullptr) {
        Json netdev{{"type", "tap"}};
        put_descriptors(netdev, "fd", given->fds);
        if (!given->vhost_fds.empty()) netdev["vhost"] = true;
        put_descriptors(netdev, "vhostfd", given->vhost_fds);
        return netdev;
    }
    if (by_hand && interface.type == InterfaceType::bridge)
        return Json{{"type", "bridge"}, {"br", interface.bridge}};
    if (by_hand && interface.type == InterfaceType::ethernet) {
        Json netdev{
            {"type", "tap"}, {"ifname", interface.target}, {"script", "no"}, {"downscript", "no"}};
        if (!interface.driver.name.empty()) netdev["vhost"] = interface.driver.name == "vhost";
        if (interface.driver.queues > 1) netdev["queues"] = interface.driver.queues;
        return netdev;
    }
    Json user{{"type", "user"}};
    if (!interface.ipv4.empty())
        user["net"] = interface.ipv4 + "/" + std::to_string(interface.ipv4_bits);
    if (!interface.ipv6.empty()) {
        user["ipv6-prefix"] = interface.ipv6;
        user["ipv6-prefixlen"] = interface.ipv6_bits;
    }
    return user;
}

void put_driver(Json& device, const Interface& interface) {
    const auto& driver = interface.driver;
    if (driver.txmode == "iothread") device["tx"] = "bh";
    if (driver.txmode == "timer") device["tx"] = "timer";
    if (driver.queues > 1) {
        device["mq"] = true;
        // One for each queue, the control queue and changes of the configuration.
        device["vectors"] = 2 * driver.queues + 2;
    }
    if (driver.rx_queue_size != 0) device["rx_queue_size"] = driver.rx_queue_size;
    if (driver.tx_queue_size != 0) device["tx_queue_size"] = driver.tx_queue_size;
    put_switches(device, driver.switches, interface_switches);
    put_switches(device, driver.host, host_offloads);
    put_switches(device, driver.guest, guest_offloads);
    if (interface.mtu != 0 && is_virtio(interface)) device["host_mtu"] = interface.mtu;
}

} // namespace

void put_rom(Json& device, const DeviceRom& rom) {
    if (rom.enabled == false) {
        device["romfile"] = "";
        device["rombar"] = 0;
        return;
    }
    if (!rom.file.empty()) device["romfile"] = rom.file;
    if (rom.bar) device["rombar"] = *rom.bar ? 1 : 0;
}

std::vector<std::pair<std::string, std::string>> switch_problems(const GuestDefinition& definition,
                                                                 const Interface& interface) {
    constexpr std::size_t longest = 107; // sockaddr_un, less the final zero
    std::vector<std::pair<std::string, std::string>> problems;
    if (!shares_memory(definition))
        problems.emplace_back("a program that carries packets must see the guest's memory",
                              "write <memoryBacking><source type='memfd'/><access mode='shared'/>"
                              "</memoryBacking>");
    if (!is_virtio(interface))
        problems.emplace_back("a card that another program serves is one of virtio",
                              "write <model type='virtio'/>");
    if (interface.driver.name == "qemu")
        problems.emplace_back("another program carries the packets", "remove 'name' from <driver>");
    if (interface.socket.size() > longest)
        problems.emplace_back("a socket's path is at most " + std::to_string(longest) +
                                  " bytes long",
                              "choose a shorter one");
    return problems;
}

void add_interfaces(CommandLine& command, const BootOrder& boot, const GuestDefinition& definition,
                    const CommandContext& context) {
    for (std::size_t i = 0; i < definition.interfaces.size(); ++i) {
        const auto& interface = definition.interfaces[i];
        const auto number = std::to_string(i);
        const auto& model = *nic_model(interface.model);
        const auto given = context.networks.find(i);
        const auto* ends = given == context.networks.end() ? nullptr : &given->second;
        auto netdev = back_end(interface, ends, context.by_hand, number);
        if (netdev["type"] == "vhost-user") {
            Options line("socket");
            line.set("id", "switch" + number);
            line.set("path", ends != nullptr ? ends->socket : interface.socket);
            command.add("-chardev", line);
        }
        netdev["id"] = "net" + number;
        command.add("-netdev", netdev);

        Json device{{"driver", model.device},
                    {"id", "nic" + number},
                    {"netdev", "net" + number},
                    {"mac", interface.mac.empty() ? derived_mac(context.uuid, i) : interface.mac}};
        put_driver(device, interface);
        if (boot.interfaces[i]) device["bootindex"] = *boot.interfaces[i];
        // A boot ROM nobody boots from is code the guest need not run, from a file that the host
        // need not have.
        const bool asked_for = interface.rom.enabled == true || !interface.rom.file.empty();
        if (!boot.interfaces[i] && model.pci && !asked_for) device["romfile"] = "";
        put_rom(device, interface.rom);
        command.device(device, interface.info);
    }
}

} // namespace vmwarden::qemu
