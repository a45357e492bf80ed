// SPDX-License-Identifier: LGPL-2.1-or-later
// The PCI buses of a machine: who is in which slot, and which are free.
#pragma once

#include "src/domain/guest_definition.h"

#include <array>
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace vmwarden::qemu {

// Why a device cannot be where it says.
struct Trouble {
    std::string message;
    std::string hint = {};
};

class PciSlots {
  public:
    // Of with_implied_devices().
    explicit PciSlots(const GuestDefinition& definition);

    // `model`: of a PCI controller, with its index; empty: any other device. `who` is for the
    // messages about those who come later.
    std::optional<Trouble> take(const PciAddress& address, std::string_view model, unsigned index,
                                std::string who);
    // A slot that is free, with functions 0 and the wanted one; none: all are taken. The root's
    // come first, then those behind controllers in the order of their index.
    [[nodiscard]] std::optional<PciAddress> find(std::string_view model, unsigned index);

    // Whether function 0 must say that there are more.
    [[nodiscard]] bool has_more(const PciAddress& address) const;
    [[nodiscard]] bool is_taken(PciAddress address, unsigned function) const;
    [[nodiscard]] std::string name(unsigned bus) const;

  private:
    struct Slot {
        std::array<std::string, 8> functions; // who; empty: nobody
    };
    struct Bus {
        std::string name;
        std::string model;
        unsigned first = 0;
        unsigned last = 31;
        unsigned next = 0; // none before it is free
        std::map<unsigned, Slot> slots = {};
    };
    [[nodiscard]] static bool fits(std::string_view model, std::string_view bus);
    void reserve(unsigned slot, std::initializer_list<unsigned> functions);

    std::map<unsigned, Bus> buses_;
};

// "0000:00:05.1"
std::string to_text(const PciAddress& address);

} // namespace vmwarden::qemu
