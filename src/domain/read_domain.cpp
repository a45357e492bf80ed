// SPDX-License-Identifier: LGPL-2.1-or-later
#include "src/domain/domain_xml.h"
#include "src/domain/readers.h"
#include "src/domain/values.h"
#include "src/domain/xml_tree.h"

#include <algorithm>

namespace vmwarden {

namespace domain {

namespace {

constexpr std::size_t longest_title = 1024;
constexpr std::size_t longest_description = 65536;

constexpr NotDone domain_types_refused[] = {
    {"xen", "only QEMU is launched here"},          {"lxc", "only QEMU is launched here"},
    {"bhyve", "only QEMU is launched here"},        {"vz", "only QEMU is launched here"},
    {"kqemu", "QEMU has dropped that accelerator"}, {"hvf", "only macOS has it"}};

constexpr NotDone elements_refused[] = {
    {"throttlegroups", "each disk has limits of its own"},
    {"bootloader", "only Xen guests have one"},
    {"bootloader_args", "only Xen guests have one"},
    {"launchSecurity", "memory that the host cannot read needs a session with the guest's owner, "
                       "which nobody holds in this version"},
    {"qemu:capabilities", "what the emulator can do is asked of it"},
    {"qemu:override", "the properties of our devices stay as they are written"},
    {"qemu:deprecation", "what QEMU says of old devices is in its log"}};
constexpr NotDone elements_aside[] = {
    {"perf", "counters of the host are read from the guest's cgroup: perf stat -G"},
    {"idmap", "only container guests have one"},
    {"keywrap", "only s390x guests have keys to wrap"},
    {"on_lockfailure", "there is no lock manager whose locks could fail"}};

constexpr NotDone actions_refused[] = {{"preserve", "a guest's remains are not kept"},
                                       {"rename-restart", "it never had a meaning for QEMU"},
                                       {"coredump-destroy", "the guest's memory is not dumped"},
                                       {"coredump-restart", "the guest's memory is not dumped"}};
constexpr NotDone crash_actions_refused[] = {
    {"rename-restart", "it never had a meaning for QEMU"},
    {"coredump-destroy", "the guest's memory is not dumped"},
    {"coredump-restart", "the guest's memory is not dumped"}};

void read_name(ElementReader& name, GuestDefinition& guest) {
    const auto value = name.text();
    guest.name_place = name.report().place(value.at);
    guest.name = value.text;
    if (!valid_guest_name(value.text))
        name.error(value.at, "guest name " + in_quotes(value.text) + " cannot be used",
                   "use 1 to 64 letters, digits and '_.+-', not beginning with '.' or '-'");
}

void read_uuid(ElementReader& uuid, GuestDefinition& guest) {
    const auto value = uuid.trimmed_text();
    guest.uuid = Uuid::parse(value.text);
    if (!guest.uuid)
        uuid.error(value.at, in_quotes(value.text) + " is not a UUID",
                   "write 32 hexadecimal digits as 8-4-4-4-12, or leave <uuid> out");
}

void read_generation_id(ElementReader& genid, GuestDefinition& guest) {
    const auto value = genid.trimmed_text();
    guest.generation_id = Uuid::parse(value.text);
    if (!guest.generation_id)
        genid.error(value.at, in_quotes(value.text) + " is not a UUID",
                    "write what uuidgen prints: none is chosen, it must stay the same");
}

std::optional<Bytes> read_memory(ElementReader& memory) {
    const auto unit = memory.attribute("unit");
    return memory_from(memory.trimmed_text(), unit, memory.report());
}

void read_memories(ElementReader& domain, GuestDefinition& guest) {
    const bool given = domain.child("memory", [&](ElementReader& memory) {
        guest.dump_core = memory.word("dumpCore", on_off);
        guest.memory = read_memory(memory).value_or(Bytes{});
        guest.memory_place = memory.place();
    });
    if (!given)
        domain.error(domain.at(), "the guest has no <memory>",
                     "write <memory unit='MiB'>512</memory>");
    domain.child("currentMemory", [&](ElementReader& current) {
        guest.current_memory = read_memory(current);
        if (guest.current_memory && guest.memory.count != 0 && *guest.current_memory > guest.memory)
            current.error(current.at(), "<currentMemory> is more than <memory>",
                          "it is what the guest begins with, <memory> is the most it can have");
    });
}

template <std::size_t count>
void read_action(ElementReader& action, const Word<LifecycleAction> (&words)[count],
                 std::span<const NotDone> refused, LifecycleAction& to) {
    if (const auto word = action.parse_word(action.name(), action.trimmed_text(), words, refused))
        to = *word;
}

void read_actions(ElementReader& domain, GuestDefinition& guest) {
    domain.child("on_poweroff", [&](ElementReader& action) {
        read_action(action, lifecycle_actions, actions_refused, guest.on_poweroff);
    });
    domain.child("on_reboot", [&](ElementReader& action) {
        read_action(action, lifecycle_actions, actions_refused, guest.on_reboot);
    });
    domain.child("on_crash", [&](ElementReader& action) {
        read_action(action, crash_actions, crash_actions_refused, guest.on_crash);
    });
}

void read_attributes(ElementReader& domain, GuestDefinition& guest) {
    if (const auto type = domain.required_word("type", domain_types, domain_types_refused))
        guest.type = *type;
    if (const auto id = domain.attribute("id"))
        domain.report().warning(id->at, "id " + in_quotes(id->text) + " is set aside",
                                "only a running guest has one, and it changes");
}

bool has_own_namespace(const Element& element) {
    return element.name.find(':') != std::string::npos ||
           std::any_of(element.attributes.begin(), element.attributes.end(),
                       [](const Attribute& attribute) { return attribute.name == "xmlns"; });
}

// Programs declare their prefixes where they like: all that is not QEMU's is about <metadata>.
void read_prefixes(ElementReader& element, GuestDefinition& guest) {
    std::vector<std::string> names;
    for (const auto& attribute : element.element().attributes)
        if (attribute.name.starts_with("xmlns:") && attribute.name != "xmlns:qemu")
            names.push_back(attribute.name);
    for (const auto& name : names) {
        const auto uri = element.attribute(name);
        std::erase_if(guest.metadata_namespaces,
                      [&](const NamedSpace& other) { return other.name == name; });
        if (uri) guest.metadata_namespaces.push_back({name, std::string(uri->text)});
    }
}

void read_metadata(ElementReader& metadata, GuestDefinition& guest) {
    read_prefixes(metadata, guest);
    for (const auto& child : metadata.element().children)
        if (!has_own_namespace(child))
            metadata.error(child.at, "<" + child.name + "> in <metadata> has no namespace",
                           "write <x:" + child.name + " xmlns:x='http://your.site/x'>");
    if (metadata.element().text_at.length != 0)
        metadata.error(metadata.element().text_at, "text has no place in <metadata>",
                       "put it into an element of your own namespace");
    guest.metadata = metadata.raw();
}

void read_words(ElementReader& domain, GuestDefinition& guest) {
    domain.child("title", [&](ElementReader& title) {
        guest.title = line_from(title.text(), "title", longest_title, title.report()).value_or("");
    });
    domain.child("description", [&](ElementReader& description) {
        guest.description =
            text_from(description.text(), "description", longest_description, description.report())
                .value_or("");
    });
    read_prefixes(domain, guest);
    const bool given =
        domain.child("metadata", [&](ElementReader& metadata) { read_metadata(metadata, guest); });
    if (!given) guest.metadata_namespaces.clear();
}

} // namespace

void read_domain_element(ElementReader& domain, GuestDefinition& guest) {
    guest.place = domain.place();
    read_attributes(domain, guest);
    if (!domain.child("name", [&](ElementReader& name) { read_name(name, guest); }))
        domain.error(domain.at(), "the guest has no <name>", "write <name>my-guest</name>");
    domain.child("uuid", [&](ElementReader& uuid) { read_uuid(uuid, guest); });
    domain.child("genid", [&](ElementReader& genid) { read_generation_id(genid, guest); });
    read_words(domain, guest);
    read_memories(domain, guest);
    domain.child("memoryBacking",
                 [&](ElementReader& backing) { read_memory_backing(backing, guest); });
    domain.child("maxMemory", [&](ElementReader& most) { read_max_memory(most, guest); });
    domain.child("vcpu", [&](ElementReader& vcpu) { read_vcpu(vcpu, guest); });
    domain.child("vcpus", [&](ElementReader& vcpus) { read_vcpus(vcpus, guest); });
    read_iothreads(domain, guest);
    domain.child("cputune", [&](ElementReader& cputune) { read_cputune(cputune, guest); });
    domain.child("memtune", [&](ElementReader& memtune) { read_memtune(memtune, guest); });
    domain.child("blkiotune", [&](ElementReader& blkiotune) { read_blkiotune(blkiotune, guest); });
    domain.child("resource", [&](ElementReader& resource) { read_resource(resource, guest); });
    if (!domain.child("os", [&](ElementReader& os) { read_os(os, guest); }))
        domain.error(domain.at(), "the guest has no <os>", "write <os><type>hvm</type></os>");
    domain.children("sysinfo", [&](ElementReader& sysinfo) { read_sysinfo(sysinfo, guest); });
    domain.child("features", [&](ElementReader& features) { read_features(features, guest); });
    domain.child("cpu", [&](ElementReader& cpu) { read_cpu(cpu, guest); });
    domain.child("numatune", [&](ElementReader& numatune) { read_numatune(numatune, guest); });
    domain.child("clock", [&](ElementReader& clock) { read_clock(clock, guest); });
    read_actions(domain, guest);
    domain.child("pm", [&](ElementReader& pm) { read_pm(pm, guest); });
    domain.child("devices", [&](ElementReader& devices) { read_devices(devices, guest); });
    domain.children("seclabel", [&](ElementReader& label) { read_seclabel(label, guest); });
    read_qemu_namespace(domain);
    domain.child("qemu:commandline",
                 [&](ElementReader& commandline) { read_commandline(commandline, guest); });
    domain.refuse_children(elements_refused);
    domain.set_aside_children(elements_aside);
    check_memory(domain, guest);
}

} // namespace domain

ReadDomain read_domain(const std::string& file, std::string_view xml) {
    const domain::Source source(file, xml);
    domain::Report report(source);
    ReadDomain out;
    if (const auto root = domain::read_xml(source, report)) {
        GuestDefinition guest;
        domain::use_qemu_prefix(*root);
        domain::ElementReader reader(*root, report);
        if (reader.name() != "domain") {
            reader.error(reader.at(), "the outermost element is " + reader.tag() + ", not <domain>",
                         "a definition begins with <domain type='kvm'>");
        } else {
            domain::read_domain_element(reader, guest);
            reader.finish();
        }
        if (!report.has_errors()) out.definition = std::move(guest);
    }
    out.diagnostics = report.take();
    return out;
}

} // namespace vmwarden
