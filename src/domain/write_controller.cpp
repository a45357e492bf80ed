// SPDX-License-Identifier: LGPL-2.1-or-later
#include "src/domain/words.h"
#include "src/domain/writers.h"

#include <deque>
#include <optional>

namespace vmwarden::domain {

namespace {

// Attributes whose values are numbers: the texts live here.
class Numbers {
  public:
    void add(std::string_view name, std::optional<std::uint64_t> number) {
        if (!number) return;
        attributes_.push_back({name, texts_.emplace_back(std::to_string(*number))});
    }
    // As add(), nothing for 0.
    void add_if(std::string_view name, unsigned number) {
        if (number != 0) add(name, number);
    }
    void word(std::string_view name, std::string_view word) { attributes_.push_back({name, word}); }
    [[nodiscard]] const XmlAttributes& get() const { return attributes_; }

  private:
    std::deque<std::string> texts_; // which does not move what attributes_ look at
    XmlAttributes attributes_;
};

void write_target(XmlWriter& xml, const PciController& pci) {
    Numbers target;
    target.add("chassisNr", pci.chassis_nr);
    target.add("chassis", pci.chassis);
    target.add("port", pci.port);
    target.add("busNr", pci.bus_nr);
    if (pci.hotplug) target.word("hotplug", word_for(on_off, *pci.hotplug));
    if (target.get().empty() && !pci.numa_node) return;
    xml.element("target", target.get(), [&] {
        if (pci.numa_node) xml.text("node", std::to_string(*pci.numa_node));
    });
}

void write_pci(XmlWriter& xml, const PciController& pci) {
    if (!pci.device.empty()) xml.empty("model", {{"name", pci.device}});
    write_target(xml, pci);
    if (pci.hole64) xml.text("pcihole64", std::to_string(*pci.hole64), {{"unit", "KiB"}});
}

void write_driver(XmlWriter& xml, const Controller& controller) {
    Numbers driver;
    driver.add_if("queues", controller.queues);
    driver.add_if("cmd_per_lun", controller.commands_per_lun);
    driver.add_if("max_sectors", controller.max_sectors);
    driver.add_if("iothread", controller.iothread);
    for (const auto& each : controller.info.virtio)
        driver.word(each.name, word_for(on_off, each.on));
    if (!driver.get().empty()) xml.empty("driver", driver.get());
}

} // namespace

void write_controller(XmlWriter& xml, const Controller& controller) {
    Numbers attributes;
    attributes.word("type", word_for(controller_types, controller.type));
    attributes.add("index", controller.index);
    if (controller.info.model != VirtioModel::unsaid)
        attributes.word("model", word_for(virtio_models, controller.info.model));
    else if (!controller.model.empty())
        attributes.word("model", controller.model);
    attributes.add("ports", controller.ports);
    attributes.add("vectors", controller.vectors);
    xml.element("controller", attributes.get(), [&] {
        if (controller.type == ControllerType::pci) write_pci(xml, controller.pci);
        const auto port = std::to_string(controller.master_port.value_or(0));
        if (controller.master_port) xml.empty("master", {{"startport", port}});
        write_driver(xml, controller);
        write_device_info(xml, controller.info);
    });
}

} // namespace vmwarden::domain
