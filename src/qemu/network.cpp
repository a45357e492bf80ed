// SPDX-License-Identifier: LGPL-2.1-or-later
#include "src/qemu/command_line.h"
#include "src/qemu/devices.h"

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

void add_interfaces(CommandLine& command, const BootOrder& boot, const GuestDefinition& definition,
                    const Uuid& uuid) {
    for (std::size_t i = 0; i < definition.interfaces.size(); ++i) {
        const auto& interface = definition.interfaces[i];
        const auto number = std::to_string(i);
        const auto& model = *nic_model(interface.model);
        command.add("-netdev", Json{{"type", "user"}, {"id", "net" + number}});

        Json device{{"driver", model.device},
                    {"id", "nic" + number},
                    {"netdev", "net" + number},
                    {"mac", interface.mac.empty() ? derived_mac(uuid, i) : interface.mac}};
        if (boot.interfaces[i]) device["bootindex"] = *boot.interfaces[i];
        // A boot ROM nobody boots from is code the guest need not run, from a file that the host
        // need not have.
        if (!boot.interfaces[i] && model.pci) device["romfile"] = "";
        command.add("-device", device);
    }
}

} // namespace vmwarden::qemu
