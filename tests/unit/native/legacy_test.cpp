// SPDX-License-Identifier: LGPL-2.1-or-later
#include "src/native/legacy_line.h"

#include <gtest/gtest.h>

#include <functional>

namespace vmwarden::native {
namespace {

GuestDefinition sample() {
    GuestDefinition guest;
    guest.name = "web";
    guest.memory = Bytes{64 * 1024 * 1024};
    guest.features.acpi = true;
    Disk disk;
    disk.source = "/a.img";
    disk.target = "hda";
    guest.disks.push_back(disk);
    return guest;
}

struct Case {
    const char* element; // that the error names
    std::function<void(GuestDefinition&)> change;
};

const Case cases[] = {
    {"<type arch=...> 'aarch64'", [](auto& g) { g.os.arch = "aarch64"; }},
    {"<type machine='q35'>", [](auto& g) { g.os.machine = "q35"; }},
    {"<cpu mode='maximum'>", [](auto& g) { g.cpu_mode = "maximum"; }},
    {"<domain type='kvm'>",
     [](auto& g) {
         g.type = DomainType::kvm;
         g.emulator = "/usr/bin/qemu";
     }},
    {"<on_poweroff>", [](auto& g) { g.on_poweroff = LifecycleAction::restart; }},
    {"<on_crash>", [](auto& g) { g.on_crash = LifecycleAction::preserve; }},
    {"bus 'sata' of disk 'hda'", [](auto& g) { g.disks[0].bus = DiskBus::sata; }},
    {"the cache mode of disk", [](auto& g) { g.disks[0].cache = DiskCache::unsafe; }},
    {"<serial> of disk", [](auto& g) { g.disks[0].serial = "1"; }},
    {"<readonly/> of disk", [](auto& g) { g.disks[0].readonly = true; }},
    {"<backingStore> of disk",
     [](auto& g) {
         g.disks[0].backing.push_back({DiskSource::file, DiskFormat::raw, "/b", {}});
     }},
    {"<driver> of disk",
     [](auto& g) {
         g.disks[0].bus = DiskBus::usb;
         g.disks[0].cache = DiskCache::none;
     }},
    {"interface model 'vmxnet3'",
     [](auto& g) {
         g.interfaces.push_back({InterfaceType::user, "", "", "vmxnet3", {}});
     }},
    {"<console>",
     [](auto& g) { g.characters.emplace_back().target = CharacterDevice::Target::virtio_console; }},
    {"<source append='on'/>", [](auto& g) { g.characters.emplace_back().append = true; }},
    {"a second <graphics>", [](auto& g) { g.graphics.resize(2); }},
    {"a second <video>",
     [](auto& g) {
         g.videos = {{"vga", {}}, {"cirrus", {}}};
     }},
    {"video model 'qxl'",
     [](auto& g) {
         g.videos = {{"qxl", {}}};
     }},
    {"<channel>",
     [](auto& g) { g.characters.emplace_back().target = CharacterDevice::Target::virtio_channel; }},
    {"<vcpu current=...>", [](auto& g) { g.current_vcpus = 1; }},
    {"<timer>", [](auto& g) { g.timers.emplace_back(); }},
    {"<sound>", [](auto& g) { g.sounds.emplace_back(); }},
    {"<watchdog>", [](auto& g) { g.watchdogs.emplace_back(); }},
    {"<rng>", [](auto& g) { g.rngs.emplace_back(); }},
    {"<panic>", [](auto& g) { g.panics.emplace_back(); }},
    {"<vsock>", [](auto& g) { g.vsock.emplace(); }},
    {"<tpm>", [](auto& g) { g.tpm.emplace(); }},
    {"<filesystem>", [](auto& g) { g.filesystems.emplace_back(); }},
    {"this of disk 'hda'", [](auto& g) { g.disks[0].tuning.boot_order = 1; }},
    {"<controller>", [](auto& g) { g.controllers.push_back({.type = ControllerType::usb}); }},
    {"<address> of <interface>",
     [](auto& g) {
         g.interfaces.resize(1);
         g.interfaces[0].info.address = PciAddress{.slot = 5};
     }},
    {"<hub>", [](auto& g) { g.hubs.emplace_back(); }},
    {"more of <video>",
     [](auto& g) {
         g.videos = {{"vga", {}}};
         g.videos[0].heads = 2;
     }},
    {"<input type='keyboard'",
     [](auto& g) {
         g.inputs = {{Input::Type::keyboard, Input::Bus::usb, {}}};
     }},
};

TEST(LegacyLine, RefusesWhatItCannotSayAndNamesTheElement) {
    for (const auto& one : cases) {
        auto guest = sample();
        one.change(guest);
        const auto line = legacy_line(guest);
        EXPECT_FALSE(line.text) << one.element;
        ASSERT_EQ(line.diagnostics.list().size(), 1U) << one.element;
        EXPECT_TRUE(line.diagnostics.list()[0].message.starts_with(
            std::string("the line of 2009 cannot say ") + one.element))
            << line.diagnostics.list()[0].message;
    }
}

TEST(LegacyLine, WarnsOfWhatItLeavesOut) {
    auto guest = sample();
    guest.uuid = Uuid();
    guest.title = guest.description = guest.metadata = "x";
    guest.current_memory = Bytes{1024};
    guest.memory.count += 1024;
    guest.interfaces.push_back({InterfaceType::network, "default", "", "", {}});
    const auto line = legacy_line(guest);
    ASSERT_TRUE(line.text);
    EXPECT_NE(line.text->find(" -net nic,vlan=0 -net tap,vlan=0 "), std::string::npos);
    EXPECT_EQ(line.diagnostics.list().size(), 7U) << render(line.diagnostics, {});
    EXPECT_FALSE(line.diagnostics.has_errors());
}

TEST(LegacyLine, QuotesOnlyWhatNeedsIt) {
    auto guest = sample();
    guest.disks[0].source = "/a b,c.img";
    guest.raw_environment = {{"A", "$x", {}}};
    guest.raw_arguments = {{"-soundhw", {}}, {"es 1370", {}}};
    EXPECT_EQ(legacy_line(guest, std::vector<RawVariable>{{"PATH", "/bin", {}}}).text,
              "LC_ALL=C PATH=/bin A='$x' /usr/bin/qemu-system-x86_64 -S -M pc -no-kqemu -m 64 "
              "-smp 1 -name web -nographic -monitor pty -boot c "
              "-drive 'file=/a b,,c.img,if=ide,index=0' -net none -serial none -parallel none "
              "-usb -soundhw 'es 1370'");
}

TEST(LegacyLine, SaysA32BitProcessorOnA64BitEmulator) {
    auto guest = sample();
    guest.os.arch = "i686";
    EXPECT_EQ(legacy_line(guest).text->find("-cpu"), std::string::npos);
    guest.emulator = "/usr/bin/qemu-system-x86_64";
    EXPECT_NE(legacy_line(guest).text->find(" -M pc -cpu qemu32 -no-kqemu "), std::string::npos);
    guest.emulator = "/usr/bin/qemu-kvm";
    EXPECT_NE(legacy_line(guest).text->find(" -cpu qemu32 -no-kvm "), std::string::npos);
    guest.type = DomainType::kvm;
    EXPECT_NE(legacy_line(guest).text->find(" -cpu qemu32 -m "), std::string::npos);
}

} // namespace
} // namespace vmwarden::native
