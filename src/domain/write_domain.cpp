// SPDX-License-Identifier: LGPL-2.1-or-later
// What the definition holds, in libvirt's usual order; what it does not hold is not invented.
#include "src/domain/domain_xml.h"
#include "src/domain/readers.h"
#include "src/domain/words.h"
#include "src/domain/writers.h"

namespace vmwarden {

namespace domain {

namespace {

void write_memory(XmlWriter& xml, std::string_view name, Bytes memory,
                  std::optional<bool> dump_core = {}) {
    XmlAttributes attributes{{"unit", "KiB"}};
    if (dump_core) attributes.push_back({"dumpCore", word_for(on_off, *dump_core)});
    xml.text(name, std::to_string(memory.count / 1024), attributes);
}

void write_os(XmlWriter& xml, const OsBoot& os) {
    XmlAttributes attributes;
    if (os.firmware.kind != FirmwareKind::unsaid)
        attributes.push_back({"firmware", word_for(firmware_kinds, os.firmware.kind)});
    xml.element("os", attributes, [&] {
        XmlAttributes type;
        if (!os.arch.empty()) type.push_back({"arch", os.arch});
        if (!os.machine.empty()) type.push_back({"machine", os.machine});
        xml.text("type", os.type, type);
        write_firmware(xml, os.firmware);
        xml.text_if("kernel", os.kernel);
        xml.text_if("initrd", os.initrd);
        xml.text_if("cmdline", os.cmdline);
        for (const auto device : os.boot)
            xml.empty("boot", {{"dev", word_for(boot_devices, device)}});
    });
}

void write_actions(XmlWriter& xml, const GuestDefinition& guest) {
    xml.text("on_poweroff", word_for(lifecycle_actions, guest.on_poweroff));
    xml.text("on_reboot", word_for(lifecycle_actions, guest.on_reboot));
    xml.text("on_crash", word_for(crash_actions, guest.on_crash));
}

void write_body(XmlWriter& xml, const GuestDefinition& guest) {
    xml.text_if("name", guest.name);
    if (guest.uuid) xml.text("uuid", guest.uuid->text());
    if (guest.generation_id) xml.text("genid", guest.generation_id->text());
    xml.text_if("title", guest.title);
    xml.text_if("description", guest.description);
    XmlAttributes prefixes;
    for (const auto& each : guest.metadata_namespaces)
        prefixes.push_back({each.name, each.uri});
    if (!guest.metadata.empty()) xml.raw("metadata", guest.metadata, prefixes);
    write_max_memory(xml, guest);
    write_memory(xml, "memory", guest.memory, guest.dump_core);
    if (guest.current_memory) write_memory(xml, "currentMemory", *guest.current_memory);
    write_memory_backing(xml, guest.memory_backing);
    write_block_tune(xml, guest.block_tune);
    write_memory_tune(xml, guest.memory_tune);
    write_threads(xml, guest);
    write_cpu_tune(xml, guest.cpu_tune);
    write_numa_tune(xml, guest.numa_tune);
    write_partition(xml, guest.partition);
    write_system_information(xml, guest.system_information);
    write_os(xml, guest.os);
    write_features(xml, guest);
    write_cpu(xml, guest);
    write_clock(xml, guest);
    write_actions(xml, guest);
    write_power(xml, guest.power);
    xml.element("devices", {}, [&] { write_devices(xml, guest); });
}

void write_labels(XmlWriter& xml, const GuestDefinition& guest) {
    for (const auto& label : guest.security_labels)
        write_security_label(xml, label);
}

bool has_commandline(const GuestDefinition& guest) {
    return !guest.raw_arguments.empty() || !guest.raw_environment.empty();
}

void write_commandline(XmlWriter& xml, const GuestDefinition& guest) {
    if (!has_commandline(guest)) return;
    xml.element("qemu:commandline", {}, [&] {
        for (const auto& argument : guest.raw_arguments)
            xml.empty("qemu:arg", {{"value", argument.value}});
        for (const auto& variable : guest.raw_environment)
            xml.empty("qemu:env", {{"name", variable.name}, {"value", variable.value}});
    });
}

} // namespace

} // namespace domain

namespace {

template <class Labels>
std::string write_with(const GuestDefinition& definition, Labels write_labels) {
    domain::XmlWriter xml;
    const auto type = domain::word_for(domain::domain_types, definition.type);
    domain::XmlAttributes attributes{{"type", type}};
    if (domain::has_commandline(definition))
        attributes.push_back({"xmlns:qemu", domain::qemu_namespace});
    xml.element("domain", attributes, [&] {
        domain::write_body(xml, definition);
        write_labels(xml);
        domain::write_commandline(xml, definition);
    });
    return xml.take();
}

} // namespace

std::string write_domain(const GuestDefinition& definition) {
    return write_with(definition,
                      [&](domain::XmlWriter& xml) { domain::write_labels(xml, definition); });
}

std::string write_running_domain(const GuestDefinition& definition, const RunningLabels& labels) {
    return write_with(definition, [&](domain::XmlWriter& xml) {
        domain::write_running_labels(xml, definition.security_labels, labels);
    });
}

} // namespace vmwarden
