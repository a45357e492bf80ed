// SPDX-License-Identifier: LGPL-2.1-or-later
#include "tests/unit/qemu/sample.h"

#include <gtest/gtest.h>

namespace vmwarden::qemu {
namespace {

using namespace sample;

std::vector<std::string> messages(const GuestDefinition& definition) {
    std::vector<std::string> all;
    const auto found = unsupported(definition);
    for (const auto& each : found.list())
        all.push_back(each.message);
    return all;
}

using Messages = std::vector<std::string>;

TEST(Unsupported, nothing_of_a_plain_guest) {
    EXPECT_EQ(messages(guest()), Messages{});
}

TEST(Unsupported, names_every_problem_with_its_place) {
    auto definition = guest();
    definition.os.place = {"x.xml", 3, 5};
    definition.os.arch = "aarch64";
    definition.os.machine = "virt";
    definition.videos = {{.model = "vgaa", .place = {"x.xml", 9, 1}}};
    const auto diagnostics = unsupported(definition);
    const auto& found = diagnostics.list();
    ASSERT_EQ(found.size(), 3U);
    EXPECT_EQ(found[0].message, "architecture 'aarch64' is not handled");
    EXPECT_EQ(found[0].place, (SourcePlace{"x.xml", 3, 5}));
    EXPECT_EQ(found[1].message, "machine 'virt' is not handled");
    EXPECT_EQ(found[2].message, "video model 'vgaa' is not handled");
    EXPECT_EQ(found[2].hint, "did you mean 'vga'?");
    EXPECT_EQ(found[2].place, (SourcePlace{"x.xml", 9, 1}));
}

TEST(Unsupported, machines) {
    for (const char* machine :
         {"", "pc", "pc-i440fx-7.2", "pc-i440fx-jammy", "q35", "pc-q35-9.0"}) {
        auto definition = guest();
        definition.os.machine = machine;
        EXPECT_EQ(messages(definition), Messages{}) << machine;
    }
    for (const char* machine : {"isapc", "microvm", "none", "xenfv", "PC", "pc-0.12", "pc "}) {
        auto definition = guest();
        definition.os.machine = machine;
        EXPECT_EQ(messages(definition).size(), 1U) << machine;
    }
}

TEST(Unsupported, sizes) {
    auto definition = guest();
    definition.memory = Bytes{0};
    definition.vcpus = 256;
    EXPECT_EQ(messages(definition),
              (Messages{"a guest needs memory", "256 vcpus cannot be emulated"}));
    definition.vcpus = 0;
    EXPECT_EQ(messages(definition).back(), "0 vcpus cannot be emulated");
}

TEST(Unsupported, an_initrd_and_words_without_a_kernel) {
    auto definition = guest();
    definition.os.initrd = "/boot/initrd";
    definition.os.cmdline = "quiet";
    EXPECT_EQ(messages(definition),
              (Messages{"an initrd needs a kernel", "a cmdline needs a kernel"}));
}

TEST(Unsupported, the_hosts_cpu_without_kvm) {
    auto definition = guest();
    definition.cpu_mode = "host-passthrough";
    EXPECT_EQ(messages(definition), Messages{"cpu mode 'host-passthrough' needs type='kvm'"});
    definition.type = DomainType::kvm;
    EXPECT_EQ(messages(definition), Messages{});
}

TEST(Unsupported, actions_qemu_does_not_have) {
    auto definition = guest();
    definition.on_poweroff = LifecycleAction::rename_restart;
    definition.on_reboot = LifecycleAction::preserve;
    definition.on_crash = LifecycleAction::rename_restart;
    EXPECT_EQ(messages(definition),
              (Messages{"QEMU cannot do what on_poweroff asks", "QEMU cannot do what on_crash asks",
                        "QEMU cannot do what on_reboot asks"}));
    definition = guest();
    definition.on_poweroff = LifecycleAction::preserve;
    EXPECT_EQ(messages(definition), Messages{"QEMU cannot do what on_poweroff asks"});
    definition = guest();
    definition.on_reboot = LifecycleAction::destroy;
    definition.on_poweroff = LifecycleAction::restart;
    EXPECT_EQ(messages(definition),
              Messages{"on_reboot 'destroy' needs on_poweroff 'destroy' as well"});
}

Messages of_disks(std::vector<Disk> disks, const char* machine = "pc") {
    auto definition = guest();
    definition.os.machine = machine;
    definition.disks = std::move(disks);
    return messages(definition);
}

TEST(Unsupported, drives_in_each_others_way) {
    EXPECT_EQ(of_disks({disk("hda", DiskBus::ide), disk("hda", DiskBus::virtio)}),
              Messages{"disk 'hda': another disk has this target"});
    EXPECT_EQ(of_disks({disk("hda", DiskBus::ide), disk("sda", DiskBus::ide)}),
              Messages{"disk 'sda': same place on bus ide as disk 'hda': 0:0:0:0"});
    EXPECT_EQ(of_disks({disk("vda", DiskBus::virtio), disk("sda", DiskBus::virtio)}), Messages{});
}

TEST(Unsupported, drives_without_a_place) {
    EXPECT_EQ(of_disks({disk("hde", DiskBus::ide)}),
              Messages{"disk 'hde': no such place on bus ide"});
    EXPECT_EQ(of_disks({disk("hde", DiskBus::ide)}, "q35"), Messages{});
    EXPECT_EQ(of_disks({disk("sdg", DiskBus::sata)}),
              Messages{"disk 'sdg': no such place on bus sata"});
    EXPECT_EQ(of_disks({disk("fdc", DiskBus::fdc, DiskDevice::floppy)}),
              Messages{"disk 'fdc': no such place on bus fdc"});
    EXPECT_EQ(of_disks({disk("disk1", DiskBus::ide)}),
              Messages{"disk 'disk1': not a target's name"});
}

TEST(Unsupported, drives_on_the_wrong_bus) {
    EXPECT_EQ(of_disks({disk("hda", DiskBus::ide, DiskDevice::floppy)}),
              Messages{"disk 'hda': a floppy needs bus 'fdc'"});
    EXPECT_EQ(of_disks({disk("fda", DiskBus::fdc)}),
              Messages{"disk 'fda': bus 'fdc' takes floppies alone"});
    EXPECT_EQ(of_disks({disk("vda", DiskBus::virtio, DiskDevice::cdrom)}),
              Messages{"disk 'vda': a CD-ROM cannot be on bus virtio"});
    EXPECT_EQ(of_disks({disk("sda", DiskBus::usb, DiskDevice::cdrom)}),
              Messages{"disk 'sda': a CD-ROM cannot be on bus usb"});
}

TEST(Unsupported, media) {
    auto empty = disk("vda", DiskBus::virtio);
    empty.source.clear();
    EXPECT_EQ(of_disks({empty}), Messages{"disk 'vda': a hard disk needs a source"});
    auto readonly = disk("hda", DiskBus::ide);
    readonly.readonly = true;
    EXPECT_EQ(of_disks({readonly}),
              Messages{"disk 'hda': QEMU has no read-only hard disk on bus ide"});
    readonly.bus = DiskBus::scsi;
    EXPECT_EQ(of_disks({readonly}), Messages{});
}

TEST(Unsupported, serial_numbers) {
    auto floppy = disk("fda", DiskBus::fdc, DiskDevice::floppy);
    floppy.serial = "1";
    EXPECT_EQ(of_disks({floppy}), Messages{"disk 'fda': a floppy drive has no serial number"});
}

TEST(Unsupported, interfaces) {
    auto definition = guest();
    definition.interfaces = {{.model = "e1001"}, {.mac = "53:54:00:00:00:01"}};
    EXPECT_EQ(messages(definition),
              (Messages{"interface model 'e1001' is not handled",
                        "'53:54:00:00:00:01' cannot be an interface's address"}));
}

TEST(Unsupported, serial_ports) {
    auto definition = guest();
    definition.characters.resize(2);
    EXPECT_EQ(messages(definition), Messages{"serial port 0 is there twice"});
    definition.characters[1].port = 4;
    EXPECT_EQ(messages(definition), Messages{"a PC has no serial port 4"});
    definition.characters[1] = {.source = CharacterSource::unix_listener,
                                .path = "/" + std::string(107, 'x')};
    definition.characters[1].port = 1;
    EXPECT_EQ(messages(definition), Messages{"a socket's path is at most 107 bytes long"});
}

TEST(Unsupported, more_than_there_are_consoles) {
    auto definition = guest();
    definition.characters.resize(32);
    for (auto& each : definition.characters)
        each.target = CharacterDevice::Target::virtio_console;
    EXPECT_EQ(messages(definition),
              Messages{"<console> of line 0: more consoles and channels than ports"});
    definition.characters.resize(31);
    EXPECT_EQ(messages(definition), Messages{});
}

TEST(Unsupported, displays) {
    auto definition = guest();
    definition.graphics.resize(2);
    definition.videos = {{.model = "vga"}, {.model = "qxl"}, {.model = "cirrus"}};
    EXPECT_EQ(messages(definition), (Messages{"more than one display of a type is not handled",
                                              "video model 'cirrus' cannot be a second card"}));
    definition = guest();
    definition.graphics = {{.port = 5899}};
    EXPECT_EQ(messages(definition), Messages{"port 5899 cannot be a VNC display"});
    definition.graphics = {{.listen = "localhost"}};
    EXPECT_EQ(messages(definition), Messages{"cannot listen on 'localhost'"});
}

TEST(Unsupported, displays_together) {
    auto definition = guest();
    definition.graphics = {{.keymap = "de"},
                           {.type = GraphicsType::spice, .keymap = "fr"},
                           {.type = GraphicsType::dbus},
                           {.type = GraphicsType::egl_headless}};
    EXPECT_EQ(messages(definition),
              (Messages{"QEMU has one keymap for all displays",
                        "displays 'dbus' and 'egl-headless' exclude each other"}));
    definition.graphics = {{.type = GraphicsType::spice, .listens = ListenType::socket}};
    EXPECT_EQ(messages(definition), Messages{"the path of a display's socket has 1 to 107 bytes"});
    definition.graphics[0].socket = "display.sock";
    EXPECT_EQ(messages(definition), Messages{"socket 'display.sock' is not an absolute path"});
}

TEST(Unsupported, a_server_of_files_without_the_guests_memory) {
    auto definition = guest();
    definition.filesystems = {{.driver = FilesystemDriver::virtiofs, .socket = "/run/fs.sock"}};
    EXPECT_EQ(messages(definition), Messages{"a virtiofs needs memory that its server shares"});
    definition.memory_backing.access = MemoryAccess::shared;
    EXPECT_EQ(messages(definition), Messages{});
}

TEST(Unsupported, what_nobody_is_there_for) {
    auto definition = guest();
    definition.audios = {{1, {}, AudioType::spice}, {2, {}, AudioType::dbus}};
    definition.redirected.resize(1);
    definition.smartcards.resize(1);
    definition.characters = {{.target = CharacterDevice::Target::virtio_channel,
                              .source = CharacterSource::spicevmc,
                              .name = "com.redhat.spice.0"}};
    EXPECT_EQ(messages(definition), (Messages{"there is no SPICE client to hear it",
                                              "there is no D-Bus client to hear it",
                                              "there is no SPICE client at its other end",
                                              "there is no SPICE client at its other end",
                                              "there is no SPICE client at its other end"}));
    definition.graphics = {{.type = GraphicsType::spice}, {.type = GraphicsType::dbus}};
    EXPECT_EQ(messages(definition), Messages{});
    definition.graphics[1].audio = 1;
    EXPECT_EQ(messages(definition), Messages{"its client hears an <audio type='dbus'> alone"});
}

TEST(Unsupported, ports_of_the_host) {
    auto definition = guest();
    definition.characters = {{.target = CharacterDevice::Target::virtio_console,
                              .source = CharacterSource::device,
                              .path = "/dev/ttyS0"}};
    EXPECT_EQ(messages(definition),
              Messages{"a port of the host's can only be a port of the guest's"});
    definition.characters[0].target = CharacterDevice::Target::parallel;
    EXPECT_EQ(messages(definition), Messages{});
    definition.characters[0].port = 3;
    EXPECT_EQ(messages(definition), Messages{"a PC has no parallel port 3"});
}

TEST(Unsupported, a_tablet_on_ps2) {
    auto definition = guest();
    definition.inputs = {{Input::Type::tablet, Input::Bus::ps2}};
    EXPECT_EQ(messages(definition), Messages{"there is no tablet on bus ps2"});
}

TEST(Unsupported, more_devices_than_the_machine_has_room_for) {
    auto definition = guest();
    definition.interfaces.resize(29); // and a balloon
    EXPECT_EQ(messages(definition), Messages{});
    definition.interfaces.resize(30);
    EXPECT_EQ(messages(definition),
              Messages{"<memballoon> of line 0: more PCI devices than slots"});
    definition = guest();
    definition.inputs.resize(16, {Input::Type::mouse, Input::Bus::usb});
    EXPECT_EQ(messages(definition), Messages{"<input> of line 0: more USB devices than ports"});
}

TEST(Unsupported, controllers_the_chipset_does_not_have) {
    auto definition = guest();
    definition.controllers = {{.model = "pci-root"}, {.type = ControllerType::ide}};
    EXPECT_EQ(messages(definition), Messages{});
    definition.os.machine = "q35";
    EXPECT_EQ(messages(definition).size(), 2U);
    definition.controllers = {{.model = "pcie-root"}, {.type = ControllerType::sata}};
    EXPECT_EQ(messages(definition), Messages{});
}

} // namespace
} // namespace vmwarden::qemu
