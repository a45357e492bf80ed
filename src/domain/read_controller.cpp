// SPDX-License-Identifier: LGPL-2.1-or-later
#include "src/domain/readers.h"
#include "src/domain/values.h"

#include <algorithm>

namespace vmwarden::domain {

namespace {

constexpr NotDone controllers_refused[] = {
    {"nvme", "its disks would be files behind it: write bus='virtio' or bus='scsi'"},
    {"xenbus", "only Xen guests have one"},
    {"isa", "only bhyve guests have one"}};
constexpr Word<std::string_view> pci_models[] = {self("pci-root"),
                                                 self("pcie-root"),
                                                 self("pci-bridge"),
                                                 self("dmi-to-pci-bridge"),
                                                 self("pcie-to-pci-bridge"),
                                                 self("pcie-root-port"),
                                                 self("pcie-switch-upstream-port"),
                                                 self("pcie-switch-downstream-port"),
                                                 self("pci-expander-bus"),
                                                 self("pcie-expander-bus")};
// QEMU's device for each, as <model name=...> has it.
constexpr Word<std::string_view> pci_devices[] = {
    {"pci-bridge", "pci-bridge"},
    {"i82801b11-bridge", "dmi-to-pci-bridge"},
    {"pcie-pci-bridge", "pcie-to-pci-bridge"},
    {"pcie-root-port", "pcie-root-port"},
    {"ioh3420", "pcie-root-port"},
    {"x3130-upstream", "pcie-switch-upstream-port"},
    {"xio3130-downstream", "pcie-switch-downstream-port"},
    {"pxb", "pci-expander-bus"},
    {"pxb-pcie", "pcie-expander-bus"}};
constexpr Word<std::string_view> ide_models[] = {self("piix3"), self("piix4")};
constexpr Word<std::string_view> usb_models[] = {
    self("qemu-xhci"),  self("nec-xhci"),   self("ehci"),       self("ich9-ehci1"),
    self("piix3-uhci"), self("piix4-uhci"), self("ich9-uhci1"), self("ich9-uhci2"),
    self("ich9-uhci3"), self("none")};
constexpr NotDone usb_models_refused[] = {
    {"vt82c686b-uhci", "only other machines than PCs have one"},
    {"pci-ohci", "use piix3-uhci, which is as slow"},
    {"qusb1", "only Xen guests have one"},
    {"qusb2", "only Xen guests have one"}};
constexpr Word<std::string_view> scsi_models[] = {self("virtio-scsi"), self("lsilogic"),
                                                  self("lsisas1068"), self("lsisas1078"),
                                                  self("vmpvscsi")};
constexpr NotDone scsi_models_refused[] = {{"auto", "a model that is left out is virtio-scsi"},
                                           {"buslogic", "QEMU has none"},
                                           {"ibmvscsi", "only pSeries guests have one"},
                                           {"am53c974", "use lsilogic"},
                                           {"dc390", "use lsilogic"},
                                           {"ncr53c90", "only other machines than PCs have one"}};
constexpr NotDone driver_children_refused[] = {{"iothreads", "one I/O thread serves a controller"}};
constexpr NotDone target_refused[] = {
    {"memReserve", "how much memory a bus reserves is QEMU's to choose"},
    {"index", "only pSeries guests have several roots"}};

// False for a model that was refused or is missing.
bool read_model(ElementReader& element, Controller& controller) {
    const auto model = element.attribute("model");
    const auto take = [&](std::optional<std::string_view> word) {
        if (word) controller.model = *word;
        return word.has_value();
    };
    const bool virtio =
        controller.type == ControllerType::scsi || controller.type == ControllerType::virtio_serial;
    if (virtio && model && (model->text == "virtio" || model->text.ends_with("transitional"))) {
        const auto kind = element.word("model", virtio_models);
        controller.info.model = kind.value_or(VirtioModel::unsaid);
        return kind.has_value();
    }
    switch (controller.type) {
    case ControllerType::pci:
        if (!model)
            element.error(element.at(), "a pci controller needs a model", "write model='pci-root'");
        return take(element.word("model", pci_models));
    case ControllerType::usb:
        return !model || take(element.word("model", usb_models, usb_models_refused));
    case ControllerType::scsi:
        return !model || take(element.word("model", scsi_models, scsi_models_refused));
    case ControllerType::ide:
        return !model || take(element.word("model", ide_models));
    case ControllerType::sata:
    case ControllerType::fdc:
    case ControllerType::virtio_serial:
    case ControllerType::ccid:
        break;
    }
    if (model)
        element.error(model->at, "the model of this controller is the machine's",
                      "remove the attribute");
    return true;
}

bool has_xhci(const Controller& controller) {
    return controller.model.empty() || controller.model.ends_with("xhci");
}

void read_ports(ElementReader& element, Controller& controller) {
    const auto text = element.attribute("ports");
    if (!text) return;
    const bool serial = controller.type == ControllerType::virtio_serial;
    const bool usb = controller.type == ControllerType::usb && has_xhci(controller);
    if (!serial && !usb)
        return element.error(text->at, "how many ports this controller has is not chosen",
                             "remove the attribute");
    const auto ports = number_from(*text, "ports", 1, serial ? 31 : 15, element.report());
    if (ports) controller.ports = static_cast<unsigned>(*ports);
}

std::optional<unsigned> number_in(ElementReader& element, std::string_view name, unsigned least,
                                  unsigned most) {
    const auto text = element.attribute(name);
    if (!text) return std::nullopt;
    const auto number = hex_number_from(*text, name, least, most, element.report());
    if (!number) return std::nullopt;
    return static_cast<unsigned>(*number);
}

bool is_root(const Controller& controller) {
    return controller.model == "pci-root" || controller.model == "pcie-root";
}

bool is_expander(const Controller& controller) {
    return controller.model.ends_with("-expander-bus");
}

void read_pci_device(ElementReader& model, Controller& controller) {
    const auto name = model.required_attribute("name");
    const auto of = model.required_word("name", pci_devices);
    if (!of) return;
    controller.pci.device = name->text;
    if (*of != controller.model)
        model.error(name->at, in_quotes(name->text) + " is no " + controller.model,
                    "write model='" + std::string(*of) + "'");
}

void read_pci_target(ElementReader& target, Controller& controller) {
    auto& pci = controller.pci;
    pci.chassis_nr = number_in(target, "chassisNr", 1, 255);
    pci.chassis = number_in(target, "chassis", 0, 255);
    pci.port = number_in(target, "port", 0, 255);
    pci.bus_nr = number_in(target, "busNr", 1, 254);
    pci.hotplug = target.word("hotplug", on_off);
    target.child("node", [&](ElementReader& node) {
        const auto text = node.trimmed_text();
        const auto number = number_from(text, "node", 0, 127, node.report());
        if (number) pci.numa_node = static_cast<unsigned>(*number);
        if (!is_expander(controller))
            node.error(node.at(), "only an expander bus has a node", "remove it");
    });
    target.refuse_attributes(target_refused);
    const bool is_port = controller.model.ends_with("-port");
    const auto refuse = [&](bool said, bool possible, const char* what) {
        if (said && !possible)
            target.error(target.at(), std::string(what) + " is not for a " + controller.model,
                         "remove it");
    };
    refuse(pci.chassis_nr.has_value(), controller.model == "pci-bridge", "chassisNr");
    refuse(pci.chassis.has_value(), is_port && !controller.model.ends_with("upstream-port"),
           "chassis");
    refuse(pci.port.has_value(), is_port && !controller.model.ends_with("upstream-port"), "port");
    refuse(pci.bus_nr.has_value(), is_expander(controller), "busNr");
    refuse(pci.hotplug.has_value(), is_port && !controller.model.ends_with("upstream-port"),
           "hotplug");
}

void read_pci(ElementReader& element, Controller& controller) {
    const auto refuse_at_root = [&](ElementReader& child) {
        if (is_root(controller))
            child.error(child.at(), "the root is the machine's own and takes no " + child.tag(),
                        "remove it");
    };
    element.child("model", [&](ElementReader& model) {
        refuse_at_root(model);
        read_pci_device(model, controller);
    });
    element.child("target", [&](ElementReader& target) {
        refuse_at_root(target);
        read_pci_target(target, controller);
    });
    element.child("pcihole64", [&](ElementReader& hole) {
        const auto unit = hole.attribute("unit");
        const auto size = memory_from(hole.trimmed_text(), unit, hole.report());
        if (size) controller.pci.hole64 = size->count / 1024;
        if (!is_root(controller))
            hole.error(hole.at(), "only the root has a <pcihole64>", "remove it");
    });
}

void read_master(ElementReader& element, Controller& controller) {
    const bool companion = controller.model.starts_with("ich9-uhci");
    const bool given = element.child("master", [&](ElementReader& master) {
        controller.master_port = number_in(master, "startport", 0, 5);
        if (!controller.master_port)
            master.error(master.at(), "<master> needs a startport", "write startport='0'");
        if (!companion)
            master.error(master.at(), "only models ich9-uhci1 to 3 serve another controller",
                         "remove <master>");
    });
    // Each has two ports of the six.
    if (companion && !given)
        controller.master_port = 2 * static_cast<unsigned>(controller.model.back() - '1');
}

bool is_virtio_scsi(const Controller& controller) {
    return controller.type == ControllerType::scsi &&
           (controller.model.empty() || controller.model == "virtio-scsi");
}

void read_driver(ElementReader& driver, Controller& controller, const GuestDefinition& guest) {
    const bool scsi = is_virtio_scsi(controller);
    if (scsi) {
        controller.queues = number_in(driver, "queues", 1, 1024).value_or(0);
        controller.commands_per_lun = number_in(driver, "cmd_per_lun", 1, 65535).value_or(0);
        controller.max_sectors = number_in(driver, "max_sectors", 1, 65535).value_or(0);
        controller.iothread = read_iothread_of(driver, guest);
    }
    controller.info.virtio = read_switches(
        driver, std::span<const KnownSwitch>(virtio_switches, scsi ? controller_switches.size()
                                                                   : device_switches.size()));
    driver.refuse_children(driver_children_refused);
    if (scsi || controller.type == ControllerType::virtio_serial) return;
    if (!driver.element().attributes.empty())
        driver.error(driver.at(), "only a virtio controller has a driver to choose for",
                     "remove <driver>");
    driver.skip_rest();
}

DeviceInfo read_info(ElementReader& element, const Controller& controller) {
    if (controller.type == ControllerType::fdc || is_root(controller))
        return read_device_info(element, {});
    if (controller.type == ControllerType::ccid)
        return read_device_info(element, {AddressKind::usb});
    return read_device_info(element, {AddressKind::pci});
}

std::optional<unsigned> read_index(ElementReader& element, const Controller& controller) {
    const auto index = number_in(element, "index", 0, 255);
    if (controller.type == ControllerType::ccid && index.value_or(0) != 0)
        element.error(element.at(), "a guest has one reader for smart cards", "write index='0'");
    if (controller.type == ControllerType::pci && index && is_root(controller) != (*index == 0))
        element.error(element.at(),
                      is_root(controller) ? "the root has index 0" : "index 0 is the root's",
                      is_root(controller) ? "write index='0'" : "write index='1', or leave it out");
    return index;
}

// The companions of one EHCI controller have its index.
bool clashes(const Controller& one, const Controller& other) {
    return one.type == other.type && one.index && one.index == other.index &&
           (one.type != ControllerType::usb || one.model == other.model ||
            !one.model.starts_with("ich9-") || !other.model.starts_with("ich9-"));
}

} // namespace

void read_controller(ElementReader& element, GuestDefinition& guest) {
    // More than any machine's buses; what is compared with all others must have an end.
    constexpr std::size_t most = 512;
    if (guest.controllers.size() == most) {
        element.error(element.at(), "a guest has at most " + std::to_string(most) + " controllers");
        guest.controllers.emplace_back(); // once is enough to say it
    }
    if (guest.controllers.size() > most) return element.skip_rest();
    Controller controller;
    controller.place = element.place();
    const auto type = element.required_word("type", controller_types, controllers_refused);
    if (!type) return element.skip_rest();
    controller.type = *type;
    if (!read_model(element, controller)) return element.skip_rest();
    controller.index = read_index(element, controller);
    read_ports(element, controller);
    const bool serial = controller.type == ControllerType::virtio_serial;
    if (serial) controller.vectors = number_in(element, "vectors", 0, 2048);
    if (controller.type == ControllerType::pci) read_pci(element, controller);
    if (controller.type == ControllerType::usb) read_master(element, controller);
    const auto model = controller.info.model;
    controller.info = read_info(element, controller);
    controller.info.model = model;
    element.child("driver", [&](ElementReader& driver) { read_driver(driver, controller, guest); });
    for (const auto& other : guest.controllers)
        if (clashes(controller, other))
            return element.error(element.at(),
                                 "this controller is listed twice: index " +
                                     std::to_string(*controller.index) + " is that of line " +
                                     std::to_string(other.place.line),
                                 "give it another index, or remove one of them");
    guest.controllers.push_back(std::move(controller));
}

void read_hub(ElementReader& element, GuestDefinition& guest) {
    constexpr Word<bool> types[] = {{"usb", true}};
    constexpr std::size_t most = 127; // addresses on a USB bus
    if (guest.hubs.size() == most) {
        element.error(element.at(), "a guest has at most " + std::to_string(most) + " hubs");
        guest.hubs.emplace_back();
    }
    if (guest.hubs.size() > most) return element.skip_rest();
    Hub hub;
    hub.place = element.place();
    element.required_word("type", types);
    hub.info = read_device_info(element, {AddressKind::usb});
    guest.hubs.push_back(std::move(hub));
}

} // namespace vmwarden::domain
