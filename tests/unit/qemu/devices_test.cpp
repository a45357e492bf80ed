// SPDX-License-Identifier: LGPL-2.1-or-later
#include "src/qemu/devices.h"
#include "tests/unit/qemu/sample.h"

#include <gtest/gtest.h>

namespace vmwarden::qemu {
namespace {

using namespace sample;
using Words = std::vector<std::string>;

TEST(Interfaces, user_networking_by_default_model) {
    auto definition = guest();
    definition.interfaces.push_back({.mac = "24:42:53:21:52:45"});
    EXPECT_EQ(arguments(definition, "-netdev"), Words{R"({"type":"user","id":"net0"})"});
    EXPECT_EQ(object(definition, "-device", "nic0"), json({{"driver", "virtio-net-pci"},
                                                           {"id", "nic0"},
                                                           {"netdev", "net0"},
                                                           {"mac", "24:42:53:21:52:45"},
                                                           {"romfile", ""}}));
}

TEST(Interfaces, models_by_libvirts_names) {
    auto definition = guest();
    for (const char* model : {"virtio", "e1000", "rtl8139", "ne2k_isa"})
        definition.interfaces.push_back({.model = model});
    EXPECT_EQ(object(definition, "-device", "nic0")["driver"], "virtio-net-pci");
    EXPECT_EQ(object(definition, "-device", "nic1")["driver"], "e1000");
    EXPECT_EQ(object(definition, "-device", "nic2")["driver"], "rtl8139");
    EXPECT_EQ(object(definition, "-device", "nic3")["driver"], "ne2k_isa");
    EXPECT_FALSE(object(definition, "-device", "nic3").contains("romfile")) << "an ISA card";
}

TEST(Interfaces, one_that_boots_keeps_its_rom) {
    auto definition = guest();
    definition.interfaces.resize(1);
    definition.os.boot = {BootDevice::network};
    EXPECT_FALSE(object(definition, "-device", "nic0").contains("romfile"));
}

TEST(DerivedMac, is_stable_and_differs_by_guest_and_place) {
    const auto uuid = Uuid::parse("c7a5fdbd-edaf-9455-926a-d65c16db1809").value();
    const auto other = Uuid::parse("c7a5fdbd-edaf-9455-926a-d65c16db180a").value();
    EXPECT_EQ(derived_mac(uuid, 0), "52:54:00:fa:f7:ae") << "guests know their address";
    EXPECT_EQ(derived_mac(uuid, 0).size(), 17U);
    EXPECT_NE(derived_mac(uuid, 0), derived_mac(uuid, 1));
    EXPECT_NE(derived_mac(uuid, 0), derived_mac(other, 0));
}

CharacterDevice character(CharacterSource source, std::string path = {}) {
    return {.source = source, .path = std::move(path)};
}

TEST(Characters, back_ends) {
    auto definition = guest();
    definition.characters = {character(CharacterSource::pty), character(CharacterSource::null),
                             character(CharacterSource::unix_listener, "/run/x,y.sock"),
                             character(CharacterSource::file, "/var/log/a,b.log")};
    for (unsigned port = 0; port < 4; ++port)
        definition.characters[port].port = port;
    EXPECT_EQ(arguments(definition, "-chardev"),
              (Words{"pty,id=char0", "null,id=char1",
                     "socket,id=char2,path=/run/x,,y.sock,server=on,wait=off",
                     "file,id=char3,path=/var/log/a,,b.log,append=off"}));
    EXPECT_EQ(
        object(definition, "-device", "console-2"),
        json({{"driver", "isa-serial"}, {"id", "console-2"}, {"index", 2}, {"chardev", "char2"}}));
}

TEST(Characters, a_file_comes_as_an_inherited_descriptor) {
    auto definition = guest();
    definition.characters = {character(CharacterSource::null),
                             character(CharacterSource::file, "/var/log/a.log")};
    definition.characters[1].port = 1;
    auto inherits = context();
    inherits.character_fds[1] = 9;
    const auto argv = modern_argv(definition, inherits);
    EXPECT_EQ(arguments(argv, "-add-fd"), Words{"fd=9,set=1"});
    EXPECT_EQ(arguments(argv, "-chardev")[1], "file,id=char1,path=/dev/fdset/1,append=on");
}

TEST(Characters, a_log_needs_somewhere_to_go) {
    auto definition = guest();
    definition.characters = {character(CharacterSource::stdio_log)};
    EXPECT_THROW(modern_argv(definition, context()), std::invalid_argument);
    auto inherits = context();
    inherits.character_fds[0] = 9;
    EXPECT_EQ(arguments(modern_argv(definition, inherits), "-chardev"),
              Words{"file,id=char0,path=/dev/fdset/0,append=on"});
}

TEST(Characters, a_virtio_console_brings_its_controller) {
    auto definition = guest();
    definition.characters = {character(CharacterSource::pty)};
    definition.characters[0].target = CharacterDevice::Target::virtio_console;
    EXPECT_EQ(object(definition, "-device", "serial0")["driver"], "virtio-serial-pci");
    EXPECT_EQ(object(definition, "-device", "console-0"), json({{"driver", "virtconsole"},
                                                                {"id", "console-0"},
                                                                {"bus", "serial0.0"},
                                                                {"chardev", "char0"}}));
}

std::string vnc(int port, std::string listen) {
    auto definition = guest();
    definition.graphics.push_back({.port = port, .listen = std::move(listen)});
    return arguments(definition, "-vnc").at(0);
}

TEST(Display, vnc_addresses) {
    EXPECT_EQ(vnc(-1, ""), "vnc=127.0.0.1:0,to=99");
    EXPECT_EQ(vnc(5900, ""), "vnc=127.0.0.1:0");
    EXPECT_EQ(vnc(5917, "0.0.0.0"), "vnc=0.0.0.0:17");
    EXPECT_EQ(vnc(-1, "::1"), "vnc=[::1]:0,to=99");
}

TEST(Display, keymap) {
    auto definition = guest();
    definition.graphics.push_back({.keymap = "de"});
    EXPECT_EQ(arguments(definition, "-k"), Words{"de"});
}

TEST(Display, adapter_by_name_and_one_for_a_display_that_has_none) {
    auto definition = guest();
    EXPECT_TRUE(object(definition, "-device", "video0").is_null());
    definition.graphics.resize(1);
    EXPECT_EQ(object(definition, "-device", "video0")["driver"], "VGA");
    definition.videos.resize(1);
    definition.videos[0].model = "cirrus";
    EXPECT_EQ(object(definition, "-device", "video0")["driver"], "cirrus-vga");
    definition.videos[0].model = "none";
    EXPECT_TRUE(object(definition, "-device", "video0").is_null());
}

TEST(Inputs, usb_ones_are_added_and_ps2_ones_are_there) {
    auto definition = guest();
    definition.inputs = {{Input::Type::mouse, Input::Bus::ps2},
                         {Input::Type::tablet, Input::Bus::usb}};
    EXPECT_EQ(object(definition, "-device", "input1")["driver"], "usb-tablet");
    EXPECT_TRUE(object(definition, "-device", "input0").is_null());
    EXPECT_EQ(object(definition, "-device", "usb0")["driver"], "qemu-xhci");
}

TEST(Balloon, is_there_unless_refused) {
    auto definition = guest();
    EXPECT_EQ(object(definition, "-device", "balloon0")["driver"], "virtio-balloon-pci");
    definition.memballoon = false;
    EXPECT_TRUE(object(definition, "-device", "balloon0").is_null());
}

} // namespace
} // namespace vmwarden::qemu
