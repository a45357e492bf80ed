// SPDX-License-Identifier: LGPL-2.1-or-later
// What the definitions mean; what is wrong with the bad ones is in tests/golden/domain-errors.
#include "tests/unit/domain/golden.h"

#include "src/domain/domain_xml.h"

#include <gtest/gtest.h>

namespace vmwarden {
namespace {

GuestDefinition golden(const std::string& name) {
    const auto xml = domain::content_of(VMWARDEN_GOLDEN "/domains/" + name + ".xml");
    const auto read = read_domain(name, xml);
    EXPECT_TRUE(read.definition) << render(read.diagnostics, xml);
    return read.definition.value_or(GuestDefinition{});
}

TEST(ReadDomain, TheSeedPagesEmulatedGuest) {
    const auto guest = golden("seed-fedora");
    EXPECT_EQ(guest.type, DomainType::qemu);
    EXPECT_EQ(guest.name, "QEmu-fedora-i686");
    EXPECT_EQ(guest.uuid, Uuid::parse("c7a5fdbd-cdaf-9455-926a-d65c16db1809"));
    EXPECT_EQ(guest.memory, Bytes{219200 * 1024});
    EXPECT_EQ(guest.current_memory, guest.memory);
    EXPECT_EQ(guest.vcpus, 2U);
    EXPECT_EQ(guest.os.arch, "i686");
    EXPECT_EQ(guest.os.machine, "pc");
    EXPECT_EQ(guest.os.boot, std::vector{BootDevice::cdrom});
    EXPECT_EQ(guest.emulator, "/usr/bin/qemu-system-x86_64");
    EXPECT_EQ(guest.emulator_place.text(), "seed-fedora:12:11");
    ASSERT_EQ(guest.disks.size(), 2U);
    EXPECT_EQ(guest.disks[0].device, DiskDevice::cdrom);
    EXPECT_EQ(guest.disks[0].bus, DiskBus::ide);
    EXPECT_TRUE(guest.disks[0].readonly);
    EXPECT_EQ(guest.disks[1].source, "/home/user/fedora.img");
    EXPECT_EQ(guest.disks[1].source_place.text(), "seed-fedora:19:15");
    EXPECT_EQ(guest.disks[1].format, DiskFormat::raw);
    EXPECT_FALSE(guest.disks[1].readonly);
    ASSERT_EQ(guest.interfaces.size(), 1U);
    EXPECT_EQ(guest.interfaces[0].network, "default");
    ASSERT_EQ(guest.graphics.size(), 1U);
    EXPECT_EQ(guest.graphics[0].port, -1);
    EXPECT_FALSE(guest.features.acpi);
    EXPECT_TRUE(guest.memballoon);
}

TEST(ReadDomain, TheSeedPagesAcceleratedGuest) {
    const auto guest = golden("seed-demo2");
    EXPECT_EQ(guest.type, DomainType::kvm);
    EXPECT_EQ(guest.clock, ClockOffset::localtime);
    EXPECT_EQ(guest.os.machine, "");
    EXPECT_EQ(guest.interfaces.at(0).mac, "24:42:53:21:52:45");
    EXPECT_EQ(guest.graphics.at(0).keymap, "de");
}

TEST(ReadDomain, BusesFollowTheTargetsLetters) {
    const auto guest = golden("disks-pc");
    ASSERT_EQ(guest.disks.size(), 6U);
    EXPECT_EQ(guest.disks[1].bus, DiskBus::ide);
    EXPECT_EQ(guest.disks[1].type, DiskSource::block);
    EXPECT_TRUE(guest.disks[1].readonly) << "a cdrom is read-only by nature";
    EXPECT_EQ(guest.disks[2].bus, DiskBus::fdc);
    EXPECT_EQ(guest.disks[3].source, "") << "an empty drive";
    EXPECT_EQ(guest.disks[4].bus, DiskBus::virtio);
    EXPECT_TRUE(guest.disks[4].shareable);
    EXPECT_EQ(guest.disks[4].cache, DiskCache::directsync);
    EXPECT_EQ(guest.disks[5].bus, DiskBus::scsi);
    EXPECT_EQ(guest.disks[5].source, "/srv/scratch <1> 'x' \"y\".img");
}

TEST(ReadDomain, AConsoleThatRepeatsASerialIsNotKept) {
    for (const auto* name : {"serial-and-console", "console-alone", "console-before-serial"}) {
        const auto guest = golden(name);
        ASSERT_EQ(guest.characters.size(), 1U) << name;
        EXPECT_EQ(guest.characters[0].target, CharacterDevice::Target::serial);
        EXPECT_EQ(guest.characters[0].port, 0U);
    }
}

TEST(ReadDomain, PortsThatAreNotGivenAreCounted) {
    const auto guest = golden("characters");
    ASSERT_EQ(guest.characters.size(), 5U);
    EXPECT_TRUE(guest.characters[0].append);
    EXPECT_EQ(guest.characters[0].port, 0U);
    EXPECT_EQ(guest.characters[1].source, CharacterSource::unix_listener);
    EXPECT_EQ(guest.characters[1].port, 2U);
    EXPECT_EQ(guest.characters[2].port, 3U);
    EXPECT_EQ(guest.characters[3].target, CharacterDevice::Target::virtio_console);
    EXPECT_EQ(guest.characters[4].port, 2U);
}

TEST(ReadDomain, ReferencesInAttributesAreResolvedOnce) {
    EXPECT_EQ(golden("disk-ampersand").disks.at(0).source, "/srv/R&D &#38; &lt;.img");
}

TEST(ReadDomain, KernelBoot) {
    const auto guest = golden("kernel");
    EXPECT_EQ(guest.os.kernel, "/boot/vmlinuz-6.1");
    EXPECT_EQ(guest.os.initrd, "/boot/initrd, with comma=1.img");
    EXPECT_EQ(guest.os.cmdline, "console=ttyS0 root=/dev/vda1 rd.x='a b' \"c\" &<>");
    EXPECT_EQ(guest.os.kernel_place.text(), "kernel:6:13");
}

TEST(ReadDomain, EveryWordThatIsWritten) {
    const auto guest = golden("features-and-actions");
    EXPECT_TRUE(guest.features.acpi && guest.features.apic && guest.features.pae);
    EXPECT_EQ(guest.clock, ClockOffset::localtime);
    EXPECT_EQ(guest.on_poweroff, LifecycleAction::restart);
    EXPECT_EQ(guest.on_reboot, LifecycleAction::destroy);
    EXPECT_EQ(golden("cpu-model").cpu_mode, "custom");
    EXPECT_EQ(golden("cpu-model").cpu_model, "Skylake-Client-v1");
    EXPECT_FALSE(golden("headless").memballoon);
    EXPECT_EQ(golden("graphics").graphics.at(0).port, 5901);
    EXPECT_EQ(golden("graphics").graphics.at(0).listen, "::1");
    EXPECT_EQ(golden("graphics").inputs.at(2).bus, Input::Bus::usb);
}

TEST(ReadDomain, TheExampleForNewcomers) {
    const auto xml = domain::content_of(VMWARDEN_EXAMPLES "/hello.xml");
    const auto read = read_domain("hello.xml", xml);
    ASSERT_TRUE(read.definition) << render(read.diagnostics, xml);
    EXPECT_EQ(read.definition->name, "hello");
    EXPECT_TRUE(read.definition->features.acpi) << "or it could not be shut down";
    EXPECT_EQ(read.definition->characters.at(0).path, "/var/log/vmwarden/hello-console.log");
}

TEST(ReadDomain, PrefixesOfMetadataAndOfQemu) {
    const auto guest = golden("metadata-prefixes");
    EXPECT_EQ(guest.metadata_namespaces,
              (std::vector<NamedSpace>{{"xmlns:tune", "http://tools.example/tune"},
                                       {"xmlns:vm", "http://tools.example/vm"}}));
    EXPECT_EQ(golden("qemu-commandline-prefix").raw_arguments.at(1).value, "isa-debug-exit");
    EXPECT_EQ(golden("qemu-commandline-prefix").raw_environment.at(0).name, "NAME");
    EXPECT_EQ(golden("qemu-commandline-default").raw_arguments.at(1).value, "isa-debug-exit");
}

TEST(ReadDomain, WhatALiveGuestsXmlHas) {
    const auto xml = domain::content_of(VMWARDEN_GOLDEN "/domain-errors/virsh-live.xml");
    const auto read = read_domain("virsh-live.xml", xml);
    ASSERT_TRUE(read.definition) << render(read.diagnostics, xml);
    const auto& guest = *read.definition;
    EXPECT_EQ(guest.controllers.at(2).info.alias, "pci.1");
    EXPECT_EQ(guest.characters.at(1).path, "") << "libvirt's own place";
    EXPECT_EQ(guest.disks.at(0).serial.size(), 36U);
    EXPECT_EQ(guest.graphics.at(0).port, -1);
    EXPECT_EQ(guest.cpu.features.size(), 1U) << "osxsave is nobody's to switch";
    EXPECT_EQ(guest.security_labels.size(), 1U) << "of dac; AppArmor's is set aside";
}

TEST(ReadDomain, ThePrimaryCardIsTheFirst) {
    EXPECT_EQ(golden("video-primary-second").videos.at(0).model, "vga");
    EXPECT_EQ(golden("usb-companions-without-master").controllers.at(3).master_port, 4U);
    EXPECT_EQ(golden("loader-variables-source").os.firmware.nvram, "/var/lib/vmwarden/nvram/g.fd");
}

} // namespace
} // namespace vmwarden
