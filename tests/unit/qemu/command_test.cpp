// SPDX-License-Identifier: LGPL-2.1-or-later
#include "tests/unit/qemu/sample.h"

#include <gtest/gtest.h>

namespace vmwarden::qemu {
namespace {

using namespace sample;
using Words = std::vector<std::string>;

bool has(const Words& argv, std::string_view word) {
    return std::ranges::count(argv, word) == 1;
}

TEST(Command, of_the_smallest_guest_word_by_word) {
    auto definition = guest();
    definition.memballoon = false;
    // clang-format off
    const Words expected = {
        "/usr/bin/qemu-system-x86_64",
        "-name", "guest=demo,debug-threads=on",
        "-S",
        "-no-user-config",
        "-nodefaults",
        "-sandbox",
        "on,obsolete=deny,elevateprivileges=deny,spawn=deny,resourcecontrol=deny",
        "-machine", "type=pc,usb=off,dump-guest-core=off,acpi=on",
        "-accel", "tcg",
        "-m", "size=65536k",
        "-smp", "cpus=1,sockets=1,cores=1,threads=1",
        "-uuid", "c7a5fdbd-edaf-9455-926a-d65c16db1809",
        "-rtc", "base=utc",
        "-action", "reboot=reset,shutdown=poweroff,panic=shutdown",
        "-boot", "menu=off,strict=on",
        "-display", "none",
    };
    // clang-format on
    EXPECT_EQ(modern_argv(definition, context()), expected);
}

TEST(Command, is_the_same_each_time) {
    EXPECT_EQ(modern_argv(guest(), context()), modern_argv(guest(), context()));
}

TEST(Command, sandbox_is_left_out_only_when_told) {
    auto without = context();
    without.sandbox = false;
    EXPECT_EQ(arguments(modern_argv(guest(), without), "-sandbox"), Words{"off"});
}

TEST(Command, kvm_changes_the_accelerator_alone) {
    auto definition = guest();
    definition.type = DomainType::kvm;
    const auto argv = modern_argv(definition, context());
    EXPECT_EQ(arguments(argv, "-accel"), Words{"kvm"});
    EXPECT_FALSE(has(argv, "-cpu"));
}

TEST(Command, acpi_is_off_unless_asked_for) {
    auto definition = guest();
    definition.features.acpi = false;
    EXPECT_EQ(arguments(definition, "-machine"),
              Words{"type=pc,usb=off,dump-guest-core=off,acpi=off"});
}

TEST(Command, a_machine_nobody_named_is_a_pc) {
    auto definition = guest();
    definition.os.machine.clear();
    EXPECT_EQ(arguments(definition, "-machine"), arguments(guest(), "-machine"));
}

struct Processor {
    DomainType type;
    const char* arch;
    const char* mode;
    const char* expected;
};

TEST(Command, processor_as_asked) {
    for (const auto& each : {
             Processor{DomainType::qemu, "x86_64", "", ""},
             Processor{DomainType::qemu, "i686", "", "qemu32"},
             Processor{DomainType::kvm, "i686", "", "qemu32"},
             Processor{DomainType::qemu, "i686", "maximum", "max"},
             Processor{DomainType::kvm, "x86_64", "host-passthrough", "host"},
             Processor{DomainType::kvm, "x86_64", "host-model", "host"},
             Processor{DomainType::qemu, "x86_64", "host-model", "max"},
             Processor{DomainType::qemu, "x86_64", "custom", "Haswell-noTSX"},
         }) {
        auto definition = guest();
        definition.type = each.type;
        definition.os.arch = each.arch;
        definition.cpu_mode = each.mode;
        definition.cpu_model = "Haswell-noTSX";
        const auto expected = *each.expected == '\0' ? Words{} : Words{each.expected};
        EXPECT_EQ(arguments(definition, "-cpu"), expected) << each.arch << " " << each.mode;
    }
}

TEST(Command, memory_is_rounded_up_to_what_qemu_counts_in) {
    auto definition = guest();
    definition.memory = Bytes{219'136ULL * 1024};
    EXPECT_EQ(arguments(definition, "-m"), Words{"size=219136k"});
    definition.memory = Bytes{1025};
    EXPECT_EQ(arguments(definition, "-m"), Words{"size=2k"});
}

TEST(Command, localtime) {
    auto definition = guest();
    definition.clock = ClockOffset::localtime;
    EXPECT_EQ(arguments(definition, "-rtc"), Words{"base=localtime"});
}

TEST(Command, what_happens_at_the_guests_end) {
    auto definition = guest();
    definition.on_reboot = LifecycleAction::destroy;
    EXPECT_EQ(arguments(definition, "-action"),
              Words{"reboot=shutdown,shutdown=poweroff,panic=shutdown"});
    definition = guest();
    definition.on_poweroff = LifecycleAction::restart;
    definition.on_crash = LifecycleAction::restart;
    EXPECT_EQ(arguments(definition, "-action"), Words{"reboot=reset,shutdown=pause,panic=pause"});
    definition.on_crash = LifecycleAction::preserve;
    EXPECT_EQ(arguments(definition, "-action"), Words{"reboot=reset,shutdown=pause,panic=pause"});
}

TEST(Command, a_kernel_takes_its_initrd_and_words_along) {
    auto definition = guest();
    EXPECT_EQ(arguments(definition, "-kernel"), Words{});
    definition.os.kernel = "/boot/vmlinuz";
    EXPECT_EQ(arguments(definition, "-initrd"), Words{});
    definition.os.initrd = "/boot/initrd.img";
    definition.os.cmdline = "console=ttyS0 root=/dev/vda,x quiet";
    EXPECT_EQ(arguments(definition, "-kernel"), Words{"/boot/vmlinuz"});
    EXPECT_EQ(arguments(definition, "-initrd"), Words{"/boot/initrd.img"});
    EXPECT_EQ(arguments(definition, "-append"), Words{"console=ttyS0 root=/dev/vda,x quiet"});
}

TEST(Command, monitors_are_inherited_sockets) {
    auto with = context();
    with.qmp_fd = 5;
    with.shim_monitor_fd = 6;
    const auto argv = modern_argv(guest(), with);
    EXPECT_EQ(arguments(argv, "-chardev"),
              (Words{"socket,id=qmp,fd=5,server=on,wait=off", "socket,id=shim,fd=6,server=off"}));
    EXPECT_EQ(arguments(argv, "-mon"),
              (Words{"chardev=qmp,mode=control", "chardev=shim,mode=control"}));
    EXPECT_EQ(arguments(guest(), "-mon"), Words{});
}

TEST(Command, refuses_what_it_cannot_say) {
    auto definition = guest();
    definition.os.machine = "none,usb=on";
    EXPECT_THROW(modern_argv(definition, context()), std::invalid_argument);
}

} // namespace
} // namespace vmwarden::qemu
