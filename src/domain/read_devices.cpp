// SPDX-License-Identifier: LGPL-2.1-or-later
// <devices>: which elements there are, and the small ones.
#include "src/domain/readers.h"
#include "src/domain/values.h"

#include <algorithm>

namespace vmwarden::domain {

namespace {

struct DeviceKind {
    std::string_view name;
    void (*read)(ElementReader&, GuestDefinition&);
};

constexpr DeviceKind device_kinds[] = {{"controller", read_controller},
                                       {"disk", read_disk},
                                       {"interface", read_interface},
                                       {"serial", read_serial},
                                       {"graphics", read_graphics},
                                       {"input", read_input},
                                       {"video", read_video}};

constexpr NotDone devices_refused[] = {{"hostdev"},   {"filesystem"},
                                       {"channel"},   {"parallel"},
                                       {"redirdev"},  {"redirfilter"},
                                       {"smartcard"}, {"hub"},
                                       {"sound"},     {"audio"},
                                       {"watchdog"},  {"rng"},
                                       {"tpm"},       {"panic"},
                                       {"shmem"},     {"memory"},
                                       {"iommu"},     {"vsock"},
                                       {"nvram"},     {"crypto"},
                                       {"pstore"},    {"lease", "there is no lock manager"}};

constexpr NotDone controllers_refused[] = {
    {"usb", "it is added when a device needs it, its model is not chosen in this version"},
    {"scsi", "it is added when a disk needs it, its model is not chosen in this version"},
    {"virtio-serial", "it is added when a console needs it"},
    {"ccid"},
    {"nvme"},
    {"xenbus", "only Xen guests have one"},
    {"isa"}};
constexpr Word<std::string_view> pci_models[] = {self("pci-root"), self("pcie-root")};
constexpr NotDone pci_models_refused[] = {
    {"pci-bridge"},         {"dmi-to-pci-bridge"},         {"pcie-root-port"},
    {"pcie-to-pci-bridge"}, {"pcie-switch-upstream-port"}, {"pcie-switch-downstream-port"},
    {"pci-expander-bus"},   {"pcie-expander-bus"}};
constexpr NotDone controller_attributes_refused[] = {{"ports"}, {"vectors"}};
constexpr NotDone controller_children_refused[] = {
    {"address", "addresses are assigned at start in this version"},
    {"alias", "names of devices are assigned at start"},
    {"driver"},
    {"target"},
    {"master"},
    {"model"},
    {"pcihole64"}};

constexpr Word<bool> memballoon_models[] = {{"none", false}, {"virtio", true}};
constexpr NotDone memballoon_models_refused[] = {
    {"virtio-transitional"}, {"virtio-non-transitional"}, {"xen", "only Xen guests have one"}};
constexpr NotDone memballoon_attributes_refused[] = {{"autodeflate"}, {"freePageReporting"}};
constexpr NotDone memballoon_refused[] = {
    {"address", "addresses are assigned at start in this version"},
    {"alias", "names of devices are assigned at start"},
    {"stats"},
    {"driver"}};

// Which controllers a machine has without being told; empty where we cannot know.
bool machine_has(const std::string& machine, ControllerType type, const std::string& model) {
    const bool q35 = machine.find("q35") != std::string::npos;
    const bool pc = !q35 && (machine == "pc" || machine.starts_with("pc-"));
    if (type == ControllerType::pci)
        return model == (q35 ? "pcie-root" : "pci-root") && (pc || q35);
    return type == ControllerType::sata ? q35 : pc;
}

bool same_kind(const Controller& a, const Controller& b) {
    return a.type == b.type;
}

void read_emulator(ElementReader& emulator, GuestDefinition& guest) {
    const auto path = emulator.text();
    guest.emulator_place = emulator.report().place(path.at);
    guest.emulator = path_from(path, emulator.report()).value_or("");
}

// After the serials: a console may repeat one.
void read_consoles(ElementReader& devices, GuestDefinition& guest) {
    bool serial_console = false;
    devices.children("console", [&](ElementReader& console) {
        if (read_console(console, serial_console, guest)) serial_console = true;
    });
}

void read_memballoon(ElementReader& memballoon, GuestDefinition& guest) {
    if (const auto model =
            memballoon.required_word("model", memballoon_models, memballoon_models_refused))
        guest.memballoon = *model;
    memballoon.refuse_attributes(memballoon_attributes_refused);
    memballoon.refuse_children(memballoon_refused);
}

} // namespace

void read_controller(ElementReader& element, GuestDefinition& guest) {
    Controller controller;
    controller.place = element.place();
    const auto type = element.required_word("type", controller_types, controllers_refused);
    element.expect("index", "0", "only the controllers of the machine itself are had");
    element.refuse_attributes(controller_attributes_refused);
    element.refuse_children(controller_children_refused);
    if (type != ControllerType::pci) {
        if (const auto model = element.attribute("model"); model && type)
            element.error(model->at, "the model of this controller is the machine's",
                          "remove the attribute");
    } else if (const auto model = element.word("model", pci_models, pci_models_refused)) {
        controller.model = *model;
    } else if (!element.attribute("model")) {
        element.error(element.at(), "a pci controller needs a model", "write model='pci-root'");
    }
    if (!type || (type == ControllerType::pci && controller.model.empty())) return;
    controller.type = *type;
    if (!machine_has(guest.os.machine, controller.type, controller.model))
        element.error(element.at(),
                      "machine " + in_quotes(guest.os.machine) +
                          " has no such controller of itself",
                      "remove it: controllers are added where devices need them");
    if (std::any_of(guest.controllers.begin(), guest.controllers.end(),
                    [&](const Controller& other) { return same_kind(other, controller); }))
        element.error(element.at(), "this controller is listed twice", "remove one of them");
    guest.controllers.push_back(std::move(controller));
}

void read_devices(ElementReader& devices, GuestDefinition& guest) {
    devices.child("emulator", [&](ElementReader& emulator) { read_emulator(emulator, guest); });
    for (const auto& kind : device_kinds)
        devices.children(kind.name, [&](ElementReader& device) { kind.read(device, guest); });
    read_consoles(devices, guest);
    devices.child("memballoon",
                  [&](ElementReader& memballoon) { read_memballoon(memballoon, guest); });
    devices.refuse_children(devices_refused);
}

} // namespace vmwarden::domain
