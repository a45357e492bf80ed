// SPDX-License-Identifier: LGPL-2.1-or-later
// Ports that devices are plugged into one by one: those of USB and of virtio-serial controllers.
#pragma once

#include "src/qemu/pci_slots.h"

#include <set>

namespace vmwarden::qemu {

class UsbPorts {
  public:
    explicit UsbPorts(const GuestDefinition& definition);

    // A hub adds ports of its own behind the one that it is in.
    std::optional<Trouble> take(const UsbAddress& address, bool hub, const std::string& who);
    [[nodiscard]] std::optional<UsbAddress> find(std::optional<unsigned> bus) const;
    [[nodiscard]] std::string name(unsigned bus) const { return buses_.at(bus).name; }

  private:
    struct Bus {
        std::string name;
        unsigned ports = 0;
        std::map<std::string, std::string> taken = {}; // by port: who
        std::set<std::string> hubs = {};
    };
    [[nodiscard]] static std::optional<std::string> free_port(const Bus& bus);

    std::map<unsigned, Bus> buses_;
};

class VirtioSerialPorts {
  public:
    explicit VirtioSerialPorts(const GuestDefinition& definition);

    // Port 0 is a console's alone: for those who knew no other.
    std::optional<Trouble> take(const VirtioSerialAddress& address, bool console,
                                const std::string& who);
    [[nodiscard]] std::optional<VirtioSerialAddress> find(std::optional<unsigned> controller,
                                                          bool console) const;
    [[nodiscard]] std::string name(unsigned controller) const { return buses_.at(controller).name; }

  private:
    struct Bus {
        std::string name;
        unsigned ports = 0;
        std::map<unsigned, std::string> taken = {};
    };
    std::map<unsigned, Bus> buses_;
};

} // namespace vmwarden::qemu
