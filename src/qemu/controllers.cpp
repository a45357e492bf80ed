// SPDX-License-Identifier: LGPL-2.1-or-later
#include "src/qemu/controllers.h"

#include "src/qemu/command_line.h"
#include "src/qemu/implied.h"
#include "src/qemu/plugs.h"
#include "src/qemu/threads.h"

#include <algorithm>

namespace vmwarden::qemu {

namespace {

struct UsbKind {
    std::string_view name; // the format's
    std::string_view device;
    unsigned ports;
};
constexpr UsbKind usb_kinds[] = {{"qemu-xhci", "qemu-xhci", 15},
                                 {"nec-xhci", "nec-usb-xhci", 15},
                                 {"ehci", "usb-ehci", 6},
                                 {"ich9-ehci1", "ich9-usb-ehci1", 6},
                                 {"ich9-uhci1", "ich9-usb-uhci1", 2},
                                 {"ich9-uhci2", "ich9-usb-uhci2", 2},
                                 {"ich9-uhci3", "ich9-usb-uhci3", 2},
                                 {"piix3-uhci", "piix3-usb-uhci", 2},
                                 {"piix4-uhci", "piix4-usb-uhci", 2}};
constexpr ScsiKind scsi_kinds[] = {{"virtio-scsi", "virtio-scsi-pci", 256, 16384},
                                   {"lsilogic", "lsi53c895a", 7, 1, true},
                                   {"lsisas1068", "mptsas1068", 8, 1},
                                   {"lsisas1078", "megasas", 64, 256},
                                   {"vmpvscsi", "pvscsi", 64, 1}};

struct PciKind {
    std::string_view name;
    std::string_view device;
};
constexpr PciKind pci_kinds[] = {{"pci-bridge", "pci-bridge"},
                                 {"dmi-to-pci-bridge", "i82801b11-bridge"},
                                 {"pcie-to-pci-bridge", "pcie-pci-bridge"},
                                 {"pcie-root-port", "pcie-root-port"},
                                 {"pcie-switch-upstream-port", "x3130-upstream"},
                                 {"pcie-switch-downstream-port", "xio3130-downstream"},
                                 {"pci-expander-bus", "pxb"},
                                 {"pcie-expander-bus", "pxb-pcie"}};

constexpr std::string_view sata_device = "ich9-ahci";
constexpr std::string_view fdc_device = "isa-fdc";
constexpr std::string_view virtio_serial_device = "virtio-serial-pci";

template <class Kind, std::size_t count>
const Kind* kind_with(std::string_view device, const Kind (&kinds)[count]) {
    const auto* const found = std::ranges::find(kinds, device, &Kind::device);
    return found == std::end(kinds) ? nullptr : found;
}

// An unknown model is the usual one, which is the first: readers know the others.
template <class Kind, std::size_t count>
const Kind& kind_of(const Controller& controller, const Kind (&kinds)[count]) {
    const auto* const found = std::ranges::find(kinds, controller.model, &Kind::name);
    return found == std::end(kinds) ? kinds[0] : *found;
}

// libvirt numbers expander buses downwards from here, and below them the buses behind them.
constexpr unsigned first_expander_bus = 254;
constexpr unsigned expander_distance = 8;

// Number among the expander buses, for one whose owner chose no number for its bus.
unsigned expanders_before(const GuestDefinition& definition, const Controller& controller) {
    return static_cast<unsigned>(
        std::ranges::count_if(definition.controllers, [&](const Controller& other) {
            return other.model.ends_with("-expander-bus") && *other.index < *controller.index;
        }));
}

void set_port(Json& device, const Controller& controller) {
    const auto& pci = controller.pci;
    device["chassis"] = pci.chassis.value_or(*controller.index);
    if (pci.port) device["port"] = *pci.port;
    if (pci.hotplug) device["hotplug"] = *pci.hotplug;
}

void add_pci(CommandLine& command, const GuestDefinition& definition,
             const Controller& controller) {
    const auto& pci = controller.pci;
    const auto driver =
        pci.device.empty() ? kind_of(controller, pci_kinds).device : std::string_view(pci.device);
    Json device{{"driver", driver}, {"id", controller_id(definition, controller)}};
    if (controller.model == "pci-bridge")
        device["chassis_nr"] = pci.chassis_nr.value_or(*controller.index);
    if (controller.model == "pcie-root-port" || controller.model == "pcie-switch-downstream-port")
        set_port(device, controller);
    if (controller.model.ends_with("-expander-bus")) {
        device["bus_nr"] = pci.bus_nr.value_or(
            first_expander_bus - expander_distance * expanders_before(definition, controller));
        if (pci.numa_node) device["numa_node"] = *pci.numa_node;
    }
    command.device(device, controller.info);
}

void add_hole(CommandLine& command, const GuestDefinition& definition) {
    const auto* root = controller_at(definition, ControllerType::pci, 0);
    if (root == nullptr || !root->pci.hole64) return;
    command.add("-global",
                Options()
                    .set("driver", root->model == "pcie-root" ? "q35-pcihost" : "i440FX-pcihost")
                    .set("property", "pci-hole64-size")
                    .set("value", std::to_string(*root->pci.hole64) + "K"));
}

// Bridges in the order of their index, which is larger than that of the bus they are on.
void add_bridges(CommandLine& command, const GuestDefinition& definition) {
    std::vector<const Controller*> bridges;
    for (const auto& controller : definition.controllers)
        if (controller.type == ControllerType::pci && !is_root(controller))
            bridges.push_back(&controller);
    std::ranges::sort(bridges, {}, [](const Controller* bridge) { return *bridge->index; });
    for (const auto* bridge : bridges)
        add_pci(command, definition, *bridge);
}

void add_usb(CommandLine& command, const GuestDefinition& definition,
             const Controller& controller) {
    const auto& kind = kind_of(controller, usb_kinds);
    Json device{{"driver", kind.device}, {"id", controller_id(definition, controller)}};
    if (kind.name.ends_with("xhci")) device["p2"] = device["p3"] = usb_ports_of(controller);
    if (is_companion(controller)) {
        const auto* master = controller_at(definition, ControllerType::usb, *controller.index);
        device["masterbus"] = controller_id(definition, *master) + ".0";
        device["firstport"] = controller.master_port.value_or(0);
    }
    command.device(device, controller.info);
}

void add_other(CommandLine& command, const GuestDefinition& definition,
               const Controller& controller) {
    const auto id = controller_id(definition, controller);
    if (controller.type == ControllerType::sata)
        return command.device(Json{{"driver", sata_device}, {"id", id}}, controller.info);
    if (controller.type == ControllerType::fdc)
        return command.device(Json{{"driver", fdc_device}, {"id", id}}, controller.info);
    if (controller.type == ControllerType::scsi) {
        Json device{{"driver", scsi_kind_of(controller).device}, {"id", id}};
        if (controller.queues != 0) device["num_queues"] = controller.queues;
        if (controller.commands_per_lun != 0) device["cmd_per_lun"] = controller.commands_per_lun;
        if (controller.max_sectors != 0) device["max_sectors"] = controller.max_sectors;
        if (controller.iothread != 0) device["iothread"] = iothread_id(controller.iothread);
        return command.device(device, controller.info);
    }
    Json device{{"driver", virtio_serial_device}, {"id", id}};
    if (controller.ports) device["max_ports"] = *controller.ports;
    if (controller.vectors) device["vectors"] = *controller.vectors;
    command.device(device, controller.info);
}

} // namespace

unsigned usb_ports_of(const Controller& controller) {
    return controller.ports.value_or(kind_of(controller, usb_kinds).ports);
}

const ScsiKind& scsi_kind_of(const Controller& controller) {
    return kind_of(controller, scsi_kinds);
}

std::optional<ControllerKind> controller_kind(std::string_view device) {
    if (const auto* usb = kind_with(device, usb_kinds))
        return ControllerKind{ControllerType::usb, usb->name};
    if (const auto* scsi = kind_with(device, scsi_kinds))
        return ControllerKind{ControllerType::scsi, scsi->name};
    if (const auto* pci = kind_with(device, pci_kinds))
        return ControllerKind{ControllerType::pci, pci->name};
    if (device == sata_device) return ControllerKind{ControllerType::sata, {}};
    if (device == fdc_device) return ControllerKind{ControllerType::fdc, {}};
    if (device == virtio_serial_device) return ControllerKind{ControllerType::virtio_serial, {}};
    return std::nullopt;
}

void add_controllers(CommandLine& command, const GuestDefinition& definition) {
    add_hole(command, definition);
    add_bridges(command, definition);
    const auto add_all = [&](ControllerType type, bool companions, auto add) {
        for (const auto& controller : definition.controllers)
            if (controller.type == type && is_companion(controller) == companions &&
                !is_on_board(definition, controller) && !is_none(controller))
                add(command, definition, controller);
    };
    add_all(ControllerType::usb, false, add_usb);
    add_all(ControllerType::usb, true, add_usb);
    for (const auto type : {ControllerType::sata, ControllerType::scsi, ControllerType::fdc,
                            ControllerType::virtio_serial})
        add_all(type, false, add_other);
}

// Those nearer to the controller first: the others are plugged into them.
void add_hubs(CommandLine& command, const GuestDefinition& definition) {
    unsigned number = 0;
    for (const auto& plug : plugs_of(definition))
        if (plug.hub)
            command.device(Json{{"driver", "usb-hub"}, {"id", "hub" + std::to_string(number++)}},
                           *plug.info);
}

} // namespace vmwarden::qemu
