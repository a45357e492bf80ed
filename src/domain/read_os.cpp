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

constexpr NotDone os_refused[] = {{"acpi", "tables of ACPI are the machine's own"},
                                  {"shim", "the kernel is started as it is"},
                                  {"init", "only container guests have one"},
                                  {"initarg", "only container guests have one"},
                                  {"initenv", "only container guests have one"},
                                  {"initdir", "only container guests have one"},
                                  {"inituser", "only container guests have one"},
                                  {"initgroup", "only container guests have one"}};

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

} // namespace

void read_os(ElementReader& os, GuestDefinition& guest) {
    guest.os.place = os.place();
    if (!os.child("type", [&](ElementReader& type) { read_type(type, guest.os); }))
        os.error(os.at(), "<os> has no <type>", "write <type>hvm</type>");
    os.children("boot", [&](ElementReader& boot) { read_boot(boot, guest.os); });
    read_direct_boot(os, guest.os);
    read_firmware(os, guest.os.firmware);
    os.refuse_children(os_refused);
}

} // namespace vmwarden::domain
