// SPDX-License-Identifier: LGPL-2.1-or-later
#include "src/domain/readers.h"
#include "src/domain/values.h"

#include <algorithm>

namespace vmwarden::domain {

namespace {

constexpr NotDone controllers_refused[] = {
    {"ccid"}, {"nvme"}, {"xenbus", "only Xen guests have one"}, {"isa"}};
constexpr Word<std::string_view> pci_models[] = {self("pci-root"), self("pcie-root")};
constexpr std::string_view one_bus = "devices share the machine's own bus in this version";
constexpr NotDone pci_models_refused[] = {{"pci-bridge", one_bus},
                                          {"dmi-to-pci-bridge", one_bus},
                                          {"pcie-root-port", one_bus},
                                          {"pcie-to-pci-bridge", one_bus},
                                          {"pcie-switch-upstream-port", one_bus},
                                          {"pcie-switch-downstream-port", one_bus},
                                          {"pci-expander-bus", one_bus},
                                          {"pcie-expander-bus", one_bus}};
constexpr Word<std::string_view> usb_models[] = {self("qemu-xhci"),  self("nec-xhci"),
                                                 self("ehci"),       self("ich9-ehci1"),
                                                 self("piix3-uhci"), self("piix4-uhci")};
constexpr NotDone usb_models_refused[] = {
    {"ich9-uhci1", "a companion of 'ich9-ehci1' is not had in this version"},
    {"ich9-uhci2", "a companion of 'ich9-ehci1' is not had in this version"},
    {"ich9-uhci3", "a companion of 'ich9-ehci1' is not had in this version"},
    {"vt82c686b-uhci", "only other machines than PCs have one"},
    {"pci-ohci"},
    {"qusb1", "only Xen guests have one"},
    {"qusb2", "only Xen guests have one"},
    {"none", "devices on USB bring a controller with them"}};
constexpr Word<std::string_view> scsi_models[] = {self("virtio-scsi"), self("lsilogic"),
                                                  self("lsisas1068"), self("lsisas1078"),
                                                  self("vmpvscsi")};
constexpr NotDone scsi_models_refused[] = {{"auto", "a model that is left out is virtio-scsi"},
                                           {"buslogic", "QEMU has none"},
                                           {"ibmvscsi", "only pSeries guests have one"},
                                           {"am53c974"},
                                           {"dc390"},
                                           {"ncr53c90", "only other machines than PCs have one"},
                                           {"virtio-transitional"},
                                           {"virtio-non-transitional"}};
constexpr NotDone attributes_refused[] = {{"vectors"}};
constexpr NotDone children_refused[] = {
    {"address", "addresses are assigned at start in this version"},
    {"alias", "names of devices are assigned at start"},
    {"driver"},
    {"target"},
    {"master"},
    {"model"},
    {"pcihole64"}};

// Which controllers a machine has without being told; empty where we cannot know.
bool machine_has(const std::string& machine, ControllerType type, const std::string& model) {
    const bool q35 = machine.find("q35") != std::string::npos;
    const bool pc = !q35 && (machine == "pc" || machine.starts_with("pc-"));
    if (type == ControllerType::pci)
        return model == (q35 ? "pcie-root" : "pci-root") && (pc || q35);
    return type == ControllerType::sata ? q35 : pc;
}

bool is_added(ControllerType type) {
    return type == ControllerType::usb || type == ControllerType::scsi ||
           type == ControllerType::virtio_serial;
}

// False for a model that was refused or is missing.
bool read_model(ElementReader& element, Controller& controller) {
    const auto model = element.attribute("model");
    const auto take = [&](std::optional<std::string_view> word) {
        if (word) controller.model = *word;
        return word.has_value();
    };
    switch (controller.type) {
    case ControllerType::pci:
        if (!model)
            element.error(element.at(), "a pci controller needs a model", "write model='pci-root'");
        return take(element.word("model", pci_models, pci_models_refused));
    case ControllerType::usb:
        return !model || take(element.word("model", usb_models, usb_models_refused));
    case ControllerType::scsi:
        return !model || take(element.word("model", scsi_models, scsi_models_refused));
    case ControllerType::ide:
    case ControllerType::sata:
    case ControllerType::fdc:
    case ControllerType::virtio_serial:
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

} // namespace

void read_controller(ElementReader& element, GuestDefinition& guest) {
    Controller controller;
    controller.place = element.place();
    const auto type = element.required_word("type", controller_types, controllers_refused);
    element.expect("index", "0", "there is one controller of each type in this version");
    if (!type) return element.skip_rest();
    controller.type = *type;
    const bool known = read_model(element, controller);
    read_ports(element, controller);
    element.refuse_attributes(attributes_refused);
    element.refuse_children(children_refused);
    if (!known) return;
    if (!is_added(controller.type) &&
        !machine_has(guest.os.machine, controller.type, controller.model))
        element.error(element.at(),
                      "machine " + in_quotes(guest.os.machine) +
                          " has no such controller of itself",
                      "remove it: controllers are added where devices need them");
    if (std::any_of(guest.controllers.begin(), guest.controllers.end(),
                    [&](const Controller& other) { return other.type == controller.type; }))
        element.error(element.at(), "this controller is listed twice", "remove one of them");
    guest.controllers.push_back(std::move(controller));
}

} // namespace vmwarden::domain
