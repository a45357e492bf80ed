// SPDX-License-Identifier: LGPL-2.1-or-later
#include "src/capabilities/architectures.h"
#include "src/capabilities/host_capabilities.h"
#include "src/domain/xml_writer.h"

namespace vmwarden {

namespace {

using domain::XmlAttributes;
using domain::XmlWriter;

void write(XmlWriter& xml, const OfferedSecurity& model) {
    xml.element("secmodel", {}, [&] {
        xml.text("model", model.model);
        xml.text("doi", "0");
        xml.text("baselabel", model.baselabel, {{"type", "kvm"}});
        xml.text("baselabel", model.emulated_baselabel, {{"type", "qemu"}});
    });
}

void write(XmlWriter& xml, const OfferedMachine& machine) {
    const auto max_cpus = std::to_string(machine.max_cpus);
    XmlAttributes attributes;
    if (!machine.canonical.empty()) attributes.push_back({"canonical", machine.canonical});
    if (machine.max_cpus != 0) attributes.push_back({"maxCpus", max_cpus});
    if (machine.deprecated) attributes.push_back({"deprecated", "yes"});
    xml.text("machine", machine.name, attributes);
}

void write(XmlWriter& xml, const OfferedDomain& offered) {
    if (offered.emulator.empty()) return xml.empty("domain", {{"type", offered.type}});
    xml.element("domain", {{"type", offered.type}}, [&] {
        xml.text("emulator", offered.emulator);
        for (const auto& machine : offered.machines)
            write(xml, machine);
    });
}

// What definitions may say and switch here.
void write_features(XmlWriter& xml, const Architecture& arch) {
    xml.element("features", {}, [&] {
        if (arch.pae) {
            xml.empty("pae");
            xml.empty("nonpae");
        }
        if (arch.acpi) xml.empty("acpi", {{"default", "on"}, {"toggle", "yes"}});
        if (arch.apic) xml.empty("apic", {{"default", "on"}, {"toggle", "no"}});
        xml.empty("cpuselection");
        xml.empty("deviceboot");
    });
}

void write(XmlWriter& xml, const OfferedGuest& guest) {
    xml.element("guest", {}, [&] {
        xml.text("os_type", guest.os_type);
        xml.element("arch", {{"name", guest.arch}}, [&] {
            xml.text("wordsize", std::to_string(guest.wordsize));
            xml.text("emulator", guest.emulator);
            for (const auto& machine : guest.machines)
                write(xml, machine);
            for (const auto& offered : guest.domains)
                write(xml, offered);
        });
        const auto* arch = find_architecture(guest.arch);
        if (guest.os_type == "hvm" && arch != nullptr) write_features(xml, *arch);
    });
}

} // namespace

std::string to_xml(const HostCapabilities& capabilities) {
    XmlWriter xml;
    xml.element("capabilities", {}, [&] {
        xml.element("host", {}, [&] {
            xml.element("cpu", {}, [&] { xml.text("arch", capabilities.arch); });
            for (const auto& model : capabilities.security_models)
                write(xml, model);
        });
        for (const auto& guest : capabilities.guests)
            write(xml, guest);
    });
    return xml.take();
}

} // namespace vmwarden
