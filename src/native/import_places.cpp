// SPDX-License-Identifier: LGPL-2.1-or-later
// Where devices of a line are: controllers by their ids, and "bus=", "addr=", "port=", "nr=" of
// what is plugged into them.
#include "src/base/text.h"
#include "src/native/import.h"
#include "src/qemu/board.h"
#include "src/qemu/controllers.h"

#include <algorithm>
#include <limits>
#include <set>

namespace vmwarden::native {

namespace {

// Other names of QEMU's, and older ones.
struct OtherName {
    std::string_view driver;
    std::string_view usual;
};
constexpr OtherName other_names[] = {{"ioh3420", "pcie-root-port"},
                                     {"virtio-scsi", "virtio-scsi-pci"},
                                     {"lsi", "lsi53c895a"},
                                     {"ahci", "ich9-ahci"},
                                     {"virtio-serial", "virtio-serial-pci"}};

// What the ids of ours begin with.
std::string_view id_prefix(ControllerType type) {
    switch (type) {
    case ControllerType::usb:
        return "usb";
    case ControllerType::scsi:
        return "scsi";
    case ControllerType::sata:
        return "sata";
    case ControllerType::fdc:
        return "fdc";
    case ControllerType::virtio_serial:
        return "serial";
    case ControllerType::ccid:
        return "ccid";
    case ControllerType::pci:
    case ControllerType::ide:
        break;
    }
    return "pci.";
}

std::optional<qemu::ControllerKind> kind_of(std::string_view driver) {
    const auto* const other = std::ranges::find(other_names, driver, &OtherName::driver);
    return qemu::controller_kind(other == std::end(other_names) ? driver : other->usual);
}

std::optional<unsigned> parse(std::string_view text, int base) {
    const auto number = parse_unsigned(text, base);
    if (!number || *number > std::numeric_limits<unsigned>::max()) return std::nullopt;
    return static_cast<unsigned>(*number);
}

// QEMU reads slot and function in hexadecimal digits, whatever comes before them.
bool read_slot(std::string_view text, PciAddress& address) {
    const auto dot = text.find('.');
    const auto slot = parse(text.substr(0, dot), 16);
    const auto function =
        dot == std::string_view::npos ? std::optional(0U) : parse(text.substr(dot + 1), 16);
    if (!slot || !function || *slot > 31 || *function > 7) return false;
    address.slot = *slot;
    address.function = *function;
    return true;
}

bool is_companion(const qemu::ControllerKind& known) {
    return known.model.starts_with("ich9-uhci");
}

class ControllerReader {
  public:
    ControllerReader(Import& import, Pending& device, const qemu::ControllerKind& known)
      : import_(import)
      , device_(device)
      , properties_(device.properties)
      , known_(known) {}

    // False, and nothing taken in, where it says more than the XML can.
    bool read() {
        id_ = properties_.take("id").value_or("");
        controller_.type = known_.type;
        controller_.model = known_.model;
        controller_.place = device_.option->word.place;
        const auto driver = properties_.take("driver").value_or("");
        if (driver == "ioh3420") controller_.pci.device = driver;
        take_alias(id_, controller_.info);
        if (!take_pci_place(import_, properties_, controller_.info)) return false;
        const bool understood = take_own();
        if (!understood || !properties_.left().empty()) return false;
        if (!number()) return false;
        if (!id_.empty()) import_.buses[id_] = {controller_.type, *controller_.index};
        import_.guest.controllers.push_back(std::move(controller_));
        return true;
    }

  private:
    // False for a value that is no number.
    bool take(std::string_view key, std::optional<unsigned>& into) {
        const auto text = properties_.take(key);
        if (!text) return true;
        into = parse(*text, 10);
        return into.has_value();
    }
    bool take(std::string_view key, unsigned& into) {
        std::optional<unsigned> number;
        if (!take(key, number)) return false;
        into = number.value_or(0);
        return true;
    }

    bool take_own() {
        switch (known_.type) {
        case ControllerType::pci:
            return take_pci();
        case ControllerType::usb:
            return take_usb();
        case ControllerType::scsi:
            return take("num_queues", controller_.queues) &&
                   take("cmd_per_lun", controller_.commands_per_lun) &&
                   take("max_sectors", controller_.max_sectors) && take_thread() && take_switches();
        case ControllerType::virtio_serial:
            return take("max_ports", controller_.ports) && take("vectors", controller_.vectors) &&
                   take_switches();
        case ControllerType::ide:
        case ControllerType::sata:
        case ControllerType::fdc:
        case ControllerType::ccid:
            break;
        }
        return true;
    }

    bool take_thread() {
        const auto name = properties_.take("iothread");
        if (!name) return true;
        const auto thread = import_.threads.find(*name);
        if (thread == import_.threads.end()) return false;
        controller_.iothread = thread->second;
        return true;
    }
    bool take_switches() {
        const bool virtio =
            known_.type == ControllerType::virtio_serial || known_.model == "virtio-scsi";
        controller_.info.model = device_.virtio_model;
        if (device_.virtio_model != VirtioModel::unsaid) controller_.model.clear(); // one or other
        return !virtio || take_virtio_switches(properties_, controller_switches, controller_.info);
    }

    bool take_pci() {
        auto& pci = controller_.pci;
        if (const auto hotplug = properties_.take("hotplug")) pci.hotplug = switch_of(*hotplug);
        return take("chassis_nr", pci.chassis_nr) && take("chassis", pci.chassis) &&
               take("port", pci.port) && take("bus_nr", pci.bus_nr) &&
               take("numa_node", pci.numa_node);
    }

    bool take_usb() {
        std::optional<unsigned> p2;
        std::optional<unsigned> p3;
        if (!take("p2", p2) || !take("p3", p3) || p2 != p3) return false;
        controller_.ports = p2;
        if (!is_companion(known_)) return true;
        const auto master = import_.bus(properties_.take("masterbus").value_or(""));
        if (!master || master->type != ControllerType::usb) return false;
        controller_.index = master->index;
        controller_.master_port = 0;
        return take("firstport", controller_.master_port);
    }

    // Its id's number where that is one of ours, or the next. False: there are too many.
    bool number() {
        constexpr unsigned most = 255;
        if (controller_.index) return true;
        std::set<unsigned> taken;
        for (const auto& other : import_.guest.controllers)
            if (other.type == controller_.type) taken.insert(*other.index);
        const unsigned first = controller_.type == ControllerType::pci ? 1 : 0;
        const auto prefix = id_prefix(known_.type);
        if (id_.starts_with(prefix)) {
            const auto own = parse(std::string_view(id_).substr(prefix.size()), 10);
            if (own && *own >= first && *own <= most && !taken.contains(*own))
                controller_.index = *own;
        }
        for (unsigned index = first; !controller_.index && index <= most; ++index)
            if (!taken.contains(index)) controller_.index = index;
        return controller_.index.has_value();
    }

    Import& import_;
    Pending& device_;
    Properties& properties_;
    const qemu::ControllerKind& known_;
    std::string id_;
    Controller controller_;
};

constexpr unsigned most_acpi_index = 16 * 1024 - 1; // of QEMU's

} // namespace

void take_alias(const std::string& id, DeviceInfo& info) {
    constexpr std::size_t longest = 128;
    constexpr std::string_view letters =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-";
    if (id.starts_with("ua-") && id.size() <= longest && id.find_first_not_of(letters) == id.npos)
        info.alias = id;
}

std::optional<BusName> Import::bus(const std::string& name) const {
    const bool root = name == (is_q35() ? "pcie.0" : "pci.0");
    if (root) return BusName{ControllerType::pci, 0};
    if (const auto whole = buses.find(name); whole != buses.end()) return whole->second;
    const auto own = buses.find(name.substr(0, name.rfind('.')));
    if (own == buses.end()) return std::nullopt;
    return own->second;
}

bool take_pci_place(Import& import, Properties& properties, DeviceInfo& info) {
    const auto name = properties.peek("bus");
    const auto bus = name ? import.bus(*name) : BusName{ControllerType::pci, 0};
    if (!bus || bus->type != ControllerType::pci) return false;
    PciAddress address{.bus = bus->index};
    const auto slot = properties.peek("addr");
    if (slot && !read_slot(*slot, address)) return false;
    if (const auto more = properties.take("multifunction"))
        address.multifunction = switch_of(*more);
    if (const auto index = properties.peek("acpi-index"))
        if (const auto number = parse(*index, 10);
            number && *number != 0 && *number <= most_acpi_index) {
            info.acpi_index = *number;
            properties.take("acpi-index");
        }
    properties.take("bus");
    properties.take("addr");
    if (slot) info.address = address;
    if (slot || bus->index == 0) return true;
    // A port has one slot; of what has more, one is free.
    const auto& controllers = import.guest.controllers;
    const auto parent = std::ranges::find_if(controllers, [&](const Controller& each) {
        return each.type == ControllerType::pci && each.index == bus->index;
    });
    if (!parent->model.ends_with("-port")) return false;
    info.address = address;
    return true;
}

bool take_usb_place(Import& import, Properties& properties, DeviceInfo& info) {
    const auto name = properties.take("bus");
    const auto port = properties.take("port");
    if (!name && !port) return true;
    // QEMU's name for the bus of -usb.
    const bool usual = name == "usb-bus.0" && !import.bus(*name) && import.has_usb_bus;
    const auto bus = name && !usual ? import.bus(*name) : BusName{ControllerType::usb, 0};
    if (!bus || bus->type != ControllerType::usb) return false;
    if (port || bus->index != 0)
        info.address = UsbAddress{.bus = bus->index, .port = port.value_or("")};
    return true;
}

bool take_serial_place(Import& import, Properties& properties, DeviceInfo& info) {
    const auto name = properties.take("bus");
    const auto port = properties.take("nr");
    if (!name && !port) return true;
    const auto bus = name ? import.bus(*name) : BusName{ControllerType::virtio_serial, 0};
    if (!bus || bus->type != ControllerType::virtio_serial) return false;
    const auto number = port ? parse(*port, 10) : std::nullopt;
    if (port && !number) return false;
    if (port || bus->index != 0)
        info.address = VirtioSerialAddress{.controller = bus->index, .port = number};
    return true;
}

void settle_controllers(Import& import) {
    for (auto& device : import.devices) {
        const auto known = kind_of(device.driver);
        if (!known) continue;
        if (known->type == ControllerType::fdc && !import.is_q35()) continue;
        // What it says more stays with it: the whole is kept in QEMU's own words.
        auto attempt = device;
        if (ControllerReader(import, attempt, *known).read()) device.done = true;
    }
}

} // namespace vmwarden::native
