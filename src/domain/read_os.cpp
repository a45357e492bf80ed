// SPDX-License-Identifier: LGPL-2.1-or-later
// What the guest boots and which machine it sees.
#include "src/domain/readers.h"
#include "src/domain/values.h"

#include <algorithm>

namespace vmwarden::domain {

namespace {

// The shortest limit of the kernels we boot, x86's, with its final zero.
constexpr std::size_t longest_cmdline = 2047;

constexpr Word<std::string_view> os_types[] = {self("hvm")};
constexpr NotDone os_types_refused[] = {{"xen", "paravirtual Xen guests are not in this version"},
                                        {"linux", "paravirtual Xen guests are not in this version"},
                                        {"xenpvh", "Xen guests are not in this version"},
                                        {"exe", "containers are not launched here"},
                                        {"uml", "only QEMU is launched here"}};

constexpr Word<std::string_view> architectures[] = {
    self("x86_64"),  self("i686"),       self("aarch64"),      self("armv7l"),  self("armv6l"),
    self("alpha"),   self("cris"),       self("hppa"),         self("lm32"),    self("loongarch64"),
    self("m68k"),    self("microblaze"), self("microblazeel"), self("mips"),    self("mipsel"),
    self("mips64"),  self("mips64el"),   self("ppc"),          self("ppc64"),   self("ppc64le"),
    self("riscv32"), self("riscv64"),    self("s390x"),        self("sh4"),     self("sh4eb"),
    self("sparc"),   self("sparc64"),    self("xtensa"),       self("xtensaeb")};

constexpr NotDone os_attributes_refused[] = {{"firmware"}};
constexpr NotDone os_refused[] = {{"firmware"},
                                  {"loader"},
                                  {"nvram"},
                                  {"bootmenu"},
                                  {"smbios"},
                                  {"bios"},
                                  {"dtb"},
                                  {"acpi"},
                                  {"shim"},
                                  {"init", "only container guests have one"},
                                  {"initarg", "only container guests have one"},
                                  {"initenv", "only container guests have one"},
                                  {"initdir", "only container guests have one"},
                                  {"inituser", "only container guests have one"},
                                  {"initgroup", "only container guests have one"}};

constexpr NotDone features_refused[] = {{"hap"},
                                        {"viridian"},
                                        {"privnet"},
                                        {"hyperv"},
                                        {"kvm"},
                                        {"pvspinlock"},
                                        {"pmu"},
                                        {"vmport"},
                                        {"gic"},
                                        {"smm"},
                                        {"ioapic"},
                                        {"hpt"},
                                        {"vmcoreinfo"},
                                        {"htm"},
                                        {"nested-hv"},
                                        {"msrs"},
                                        {"ccf-assist"},
                                        {"xen"},
                                        {"cfpc"},
                                        {"sbbc"},
                                        {"ibs"},
                                        {"tcg"},
                                        {"async-teardown"},
                                        {"ras"},
                                        {"ps2"},
                                        {"aia"},
                                        {"capabilities", "only container guests have them"}};
constexpr NotDone apic_refused[] = {{"eoi"}};

constexpr Word<std::string_view> cpu_modes[] = {self("host-passthrough"), self("host-model"),
                                                self("maximum"), self("custom")};
constexpr NotDone cpu_refused[] = {{"vendor"}, {"topology"}, {"feature"},
                                   {"numa"},   {"cache"},    {"maxphysaddr"}};
constexpr NotDone model_refused[] = {{"vendor_id"}};

constexpr NotDone offsets_refused[] = {
    {"variable", "the guest's changes to its clock are not kept"}, {"timezone"}, {"absolute"}};
constexpr NotDone clock_attributes_refused[] = {{"timezone"}, {"adjustment"}, {"basis"}, {"start"}};
constexpr NotDone clock_refused[] = {{"timer"}};

void read_type(ElementReader& type, OsBoot& os) {
    if (const auto arch = type.word("arch", architectures)) os.arch = *arch;
    if (const auto machine = type.attribute("machine"))
        os.machine = token_from(*machine, "machine", type.report()).value_or("");
    if (const auto kind =
            type.parse_word("os type", type.trimmed_text(), os_types, os_types_refused))
        os.type = *kind;
}

void read_boot(ElementReader& boot, OsBoot& os) {
    const auto device = boot.required_word("dev", boot_devices);
    if (!device) return;
    if (std::find(os.boot.begin(), os.boot.end(), *device) != os.boot.end())
        boot.error(boot.at(),
                   "boot device '" + std::string(word_for(boot_devices, *device)) +
                       "' is listed twice",
                   "remove one of them");
    os.boot.push_back(*device);
}

void read_path(ElementReader& element, std::string& path, SourcePlace& place) {
    const auto value = element.text();
    place = element.report().place(value.at);
    path = path_from(value, element.report()).value_or("");
}

void read_direct_boot(ElementReader& os, OsBoot& boot) {
    const bool kernel = os.child("kernel", [&](ElementReader& element) {
        read_path(element, boot.kernel, boot.kernel_place);
    });
    const auto needs_kernel = [&](ElementReader& element) {
        if (!kernel)
            element.error(element.at(), element.tag() + " without <kernel>",
                          "add <kernel> with the path of the kernel to boot");
    };
    os.child("initrd", [&](ElementReader& element) {
        needs_kernel(element);
        read_path(element, boot.initrd, boot.initrd_place);
    });
    os.child("cmdline", [&](ElementReader& element) {
        needs_kernel(element);
        boot.cmdline = line_from(element.text(), "the kernel's command line", longest_cmdline,
                                 element.report())
                           .value_or("");
    });
}

void read_model(ElementReader& model, GuestDefinition& guest) {
    model.expect("fallback", "forbid", "no other model is ever put in its place");
    model.refuse_attributes(model_refused);
    guest.cpu_model = token_from(model.trimmed_text(), "CPU model", model.report()).value_or("");
    if (guest.cpu_mode.empty()) guest.cpu_mode = "custom";
    if (guest.cpu_mode != "custom")
        model.error(model.at(), "mode '" + guest.cpu_mode + "' takes no <model>",
                    "remove <model>, or write mode='custom'");
}

} // namespace

void read_os(ElementReader& os, GuestDefinition& guest) {
    guest.os.place = os.place();
    if (!os.child("type", [&](ElementReader& type) { read_type(type, guest.os); }))
        os.error(os.at(), "<os> has no <type>", "write <type>hvm</type>");
    os.children("boot", [&](ElementReader& boot) { read_boot(boot, guest.os); });
    read_direct_boot(os, guest.os);
    os.refuse_attributes(os_attributes_refused);
    os.refuse_children(os_refused);
}

void read_features(ElementReader& features, GuestDefinition& guest) {
    guest.features.acpi = features.flag("acpi");
    guest.features.apic =
        features.child("apic", [](ElementReader& apic) { apic.refuse_attributes(apic_refused); });
    guest.features.pae = features.flag("pae");
    features.refuse_children(features_refused);
}

void read_cpu(ElementReader& cpu, GuestDefinition& guest) {
    const auto mode_at = cpu.attribute("mode");
    if (const auto mode = cpu.word("mode", cpu_modes)) guest.cpu_mode = *mode;
    if (guest.cpu_mode == "host-passthrough" && guest.type == DomainType::qemu)
        cpu.error(mode_at->at, "mode 'host-passthrough' needs KVM",
                  "write mode='maximum', or <domain type='kvm'>");
    cpu.expect("match", "exact", "the model given is the model used");
    cpu.expect("check", "none", "the processor is not compared with the model");
    cpu.expect("migratable", "on", "guests keep to features that can be migrated");
    const bool model =
        cpu.child("model", [&](ElementReader& element) { read_model(element, guest); });
    if (!model && guest.cpu_mode == "custom")
        cpu.error(cpu.at(), "mode 'custom' needs a <model>", "write <model>qemu64</model>");
    if (!model && !mode_at)
        cpu.error(cpu.at(), "<cpu> says neither mode nor model",
                  "write <cpu mode='maximum'/>, or remove it");
    cpu.refuse_children(cpu_refused);
}

// The oldest documents say sync= for what is offset= since.
void read_clock(ElementReader& clock, GuestDefinition& guest) {
    const auto offset = clock.word("offset", clock_offsets, offsets_refused);
    const auto sync_at = clock.attribute("sync");
    const auto sync = clock.word("sync", clock_offsets);
    if (offset && sync_at)
        clock.error(sync_at->at, "sync is the old name of offset: both are given", "remove sync");
    if (offset) guest.clock = *offset;
    if (sync) guest.clock = *sync;
    if (!clock.attribute("offset") && !sync_at)
        clock.error(clock.at(), "<clock> says no offset", "write <clock offset='utc'/>");
    clock.refuse_attributes(clock_attributes_refused);
    clock.refuse_children(clock_refused);
}

} // namespace vmwarden::domain
