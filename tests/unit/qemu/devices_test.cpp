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
                                                           {"romfile", ""},
                                                           {"bus", "pci.0"},
                                                           {"addr", "0x2"}}));
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

TEST(Characters, other_ends) {
    auto definition = guest();
    using Target = CharacterDevice::Target;
    definition.graphics = {{.type = GraphicsType::spice}, {.type = GraphicsType::dbus}};
    definition.characters = {
        {.source = CharacterSource::vc},
        {.port = 1, .source = CharacterSource::device, .path = "/dev/ttyS0"},
        {.target = Target::parallel, .source = CharacterSource::device, .path = "/dev/parport0"},
        {.port = 2,
         .source = CharacterSource::tcp_listener,
         .host = "::1",
         .service = 4555,
         .telnet = true},
        {.target = Target::virtio_channel,
         .source = CharacterSource::spicevmc,
         .name = "com.redhat.spice.0"},
        {.target = Target::virtio_channel,
         .source = CharacterSource::spiceport,
         .name = "org.spice-space.webdav.0",
         .channel = "org.spice-space.webdav.0"},
        {.target = Target::virtio_channel,
         .source = CharacterSource::vdagent,
         .name = "agent",
         .clipboard = true,
         .client_mouse = false},
        {.target = Target::virtio_channel,
         .source = CharacterSource::dbus,
         .name = "port",
         .channel = "org.example"}};
    EXPECT_EQ(
        arguments(definition, "-chardev"),
        (Words{"vc,id=char0", "serial,id=char1,path=/dev/ttyS0",
               "parallel,id=char2,path=/dev/parport0",
               "socket,id=char3,host=::1,port=4555,telnet=on,server=on,wait=off",
               "spicevmc,id=char4,name=vdagent", "spiceport,id=char5,name=org.spice-space.webdav.0",
               "qemu-vdagent,id=char6,clipboard=on,mouse=off", "dbus,id=char7,name=org.example"}));
    EXPECT_EQ(object(definition, "-device", "parallel-2")["driver"], "isa-parallel");
}

TEST(Characters, serial_ports_that_are_plugged_in) {
    auto definition = guest();
    definition.characters = {
        {.target = CharacterDevice::Target::pci_serial, .source = CharacterSource::null},
        {.target = CharacterDevice::Target::usb_serial,
         .port = 1,
         .source = CharacterSource::null}};
    EXPECT_EQ(object(definition, "-device", "console-0")["driver"], "pci-serial");
    EXPECT_EQ(object(definition, "-device", "console-1")["bus"], "usb0.0");
    EXPECT_EQ(object(definition, "-device", "usb0")["driver"], "qemu-xhci") << "it brings the bus";
}

TEST(Characters, what_is_logged_besides) {
    auto definition = guest();
    definition.characters = {character(CharacterSource::pty), character(CharacterSource::null)};
    definition.characters[0].log = "/var/log/a,b";
    definition.characters[1].log = "/var/log/c";
    definition.characters[1].log_append = true;
    definition.characters[1].port = 1;
    EXPECT_EQ(arguments(definition, "-chardev"),
              (Words{"pty,id=char0,logfile=/var/log/a,,b,logappend=off",
                     "null,id=char1,logfile=/var/log/c,logappend=on"}));
    auto inherits = context();
    inherits.log_fds[0] = 12;
    const auto argv = modern_argv(definition, inherits);
    EXPECT_EQ(arguments(argv, "-add-fd"), Words{"fd=12,set=2"}) << "a set of its own";
    EXPECT_EQ(arguments(argv, "-chardev")[0], "pty,id=char0,logfile=/dev/fdset/2,logappend=on");
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
                                                                {"nr", 0},
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

std::string vnc(const Graphics& graphics) {
    auto definition = guest();
    definition.audios = {{4, {}}};
    definition.graphics.push_back(graphics);
    return arguments(definition, "-vnc").at(0);
}

TEST(Display, vnc_elsewhere) {
    EXPECT_EQ(vnc({.listens = ListenType::none}), "vnc=none");
    EXPECT_EQ(vnc({.listens = ListenType::socket, .socket = "/a,b"}), "vnc=unix:/a,,b");
    EXPECT_EQ(vnc({.port = 5901,
                   .share = SharePolicy::allow_exclusive,
                   .websocket = -1,
                   .power_control = false,
                   .audio = 4}),
              "vnc=127.0.0.1:1,websocket=on,share=allow-exclusive,power-control=off,"
              "audiodev=audio4");
    EXPECT_EQ(vnc({.port = 5901, .websocket = 5777}), "vnc=127.0.0.1:1,websocket=5777");
}

std::string spice(Graphics graphics) {
    auto definition = guest();
    graphics.type = GraphicsType::spice;
    definition.graphics = {{.port = 5901}, std::move(graphics)};
    auto chosen = context();
    chosen.display_ports[1] = 5942;
    return arguments(modern_argv(definition, chosen), "-spice").at(0);
}

TEST(Display, spice_where_it_listens) {
    EXPECT_EQ(spice({}), "port=5942,addr=127.0.0.1,disable-ticketing=on");
    EXPECT_EQ(spice({.port = 5910, .listen = "::1"}), "port=5910,addr=::1,disable-ticketing=on");
    EXPECT_EQ(spice({.listens = ListenType::none}), "port=0,disable-ticketing=on");
    EXPECT_EQ(spice({.listens = ListenType::socket, .socket = "/s"}),
              "unix=on,addr=/s,disable-ticketing=on");
}

TEST(Display, spice_how_it_behaves) {
    Graphics graphics{.port = 5910};
    graphics.spice = {.default_mode = ChannelMode::insecure,
                      .channels = {{SpiceChannel::main, ChannelMode::insecure},
                                   {SpiceChannel::record, ChannelMode::any}},
                      .image = ImageCompression::auto_lz,
                      .jpeg = WanCompression::automatic,
                      .zlib = WanCompression::never,
                      .playback_compression = false,
                      .streaming = VideoStreaming::all,
                      .clipboard = false,
                      .client_mouse = false,
                      .file_transfer = true};
    EXPECT_EQ(spice(graphics),
              "port=5910,addr=127.0.0.1,disable-ticketing=on,plaintext-channel=default,"
              "plaintext-channel=main,image-compression=auto_lz,jpeg-wan-compression=auto,"
              "zlib-glz-wan-compression=never,streaming-video=all,playback-compression=off,"
              "agent-mouse=off,disable-copy-paste=on,disable-agent-file-xfer=off");
}

TEST(Display, with_the_hosts_gpu) {
    EXPECT_EQ(spice({.listens = ListenType::none, .gl = true}),
              "port=0,disable-ticketing=on,gl=on,rendernode=/dev/dri/renderD128");
    auto definition = guest();
    EXPECT_EQ(arguments(definition, "-display"), Words{"none"});
    definition.graphics = {{.type = GraphicsType::egl_headless, .render_node = "/dev/dri/x"}};
    EXPECT_EQ(arguments(definition, "-display"), Words{"egl-headless,rendernode=/dev/dri/x"});
    definition.audios = {{2, {}, AudioType::dbus}};
    definition.graphics = {{.type = GraphicsType::dbus, .audio = 2, .gl = false}};
    EXPECT_EQ(arguments(definition, "-display"), Words{"dbus,p2p=on,gl=off,audiodev=audio2"});
}

TEST(Display, sound_goes_to_who_sees) {
    auto definition = guest();
    definition.sounds.resize(1);
    EXPECT_EQ(object(definition, "-audiodev", "audio1")["driver"], "none");
    definition.graphics = {{.type = GraphicsType::spice}};
    EXPECT_EQ(object(definition, "-audiodev", "audio1")["driver"], "spice");
    definition.audios = {{1, {}}};
    EXPECT_EQ(object(definition, "-audiodev", "audio1")["driver"], "none") << "as its owner says";
}

TEST(Redirection, devices_of_the_client) {
    auto definition = guest();
    definition.graphics = {{.type = GraphicsType::spice}};
    definition.redirected.resize(2);
    definition.smartcards.resize(1);
    EXPECT_EQ(object(definition, "-device", "redir1"), json({{"driver", "usb-redir"},
                                                             {"id", "redir1"},
                                                             {"bus", "usb0.0"},
                                                             {"port", "2"},
                                                             {"chardev", "redir1-client"}}));
    EXPECT_EQ(object(definition, "-device", "smartcard0")["bus"], "ccid0.0");
    EXPECT_EQ(
        arguments(definition, "-chardev"),
        (Words{"spicevmc,id=redir0-client,name=usbredir", "spicevmc,id=redir1-client,name=usbredir",
               "spicevmc,id=smartcard0-client,name=smartcard"}));
    definition.redirection_rules = {{.device_class = std::uint8_t{8},
                                     .vendor = std::uint16_t{0x1234},
                                     .version = std::uint16_t{0x0256}},
                                    {.allow = false}};
    EXPECT_EQ(object(definition, "-device", "redir0")["filter"], "8:4660:-1:598:1|-1:-1:-1:-1:0");
}

TEST(Tpm, has_its_program_behind_a_socket_or_the_hosts_node) {
    auto definition = guest();
    definition.tpm.emplace();
    EXPECT_EQ(arguments(definition, "-chardev"), Words{"socket,id=tpm0-emulator,path=tpm0.sock"});
    EXPECT_EQ(object(definition, "-device", "tpm0")["driver"], "tpm-tis");
    definition.tpm->model = TpmModel::crb;
    EXPECT_EQ(object(definition, "-device", "tpm0")["driver"], "tpm-crb");
    definition.tpm = Tpm{.backend = TpmBackend::passthrough};
    EXPECT_EQ(arguments(definition, "-tpmdev"),
              Words{"passthrough,id=tpm0-backend,path=/dev/tpm0,cancel-path=/dev/null"});
}

TEST(Filesystems, directories_and_servers) {
    auto definition = guest();
    definition.filesystems = {{.access = FilesystemAccess::mapped,
                               .file_mode = 0640U,
                               .directory_mode = 0750U,
                               .multidevs = Multidevs::remap,
                               .immediate = true,
                               .directory = "/srv/a,b",
                               .target = "one"},
                              {.driver = FilesystemDriver::virtiofs,
                               .queue = 256,
                               .socket = "/run/two.sock",
                               .target = "two"},
                              {.directory = "/srv/three", .target = "three", .readonly = true}};
    definition.memory_backing.access = MemoryAccess::shared;
    EXPECT_EQ(arguments(definition, "-fsdev"),
              (Words{"local,id=fs0-directory,path=/srv/a,,b,security_model=mapped-xattr,fmode=0640,"
                     "dmode=0750,multidevs=remap,writeout=immediate",
                     "local,id=fs2-directory,path=/srv/three,security_model=passthrough,"
                     "readonly=on"}));
    EXPECT_EQ(object(definition, "-device", "fs0")["mount_tag"], "one");
    EXPECT_EQ(arguments(definition, "-chardev"), Words{"socket,id=fs1-server,path=/run/two.sock"});
    EXPECT_EQ(object(definition, "-device", "fs1")["queue-size"], 256);
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

TEST(Redirection, a_card_is_in_the_reader_that_is_there) {
    auto definition = guest();
    definition.graphics = {{.type = GraphicsType::spice}};
    definition.smartcards.resize(1);
    definition.controllers = {{.type = ControllerType::ccid,
                               .index = 0,
                               .info = {.address = UsbAddress{0, "3"}, .alias = "ua-reader"}}};
    EXPECT_EQ(object(definition, "-device", "ua-reader")["port"], "3");
    EXPECT_EQ(object(definition, "-device", "smartcard0")["bus"], "ua-reader.0");
    definition.smartcards.clear();
    EXPECT_EQ(object(definition, "-device", "ua-reader")["driver"], "usb-ccid");
}

TEST(VirtioModels, are_devices_of_their_own) {
    auto definition = guest();
    definition.rngs.resize(1);
    definition.balloon.info.model = VirtioModel::transitional;
    definition.rngs[0].info.model = VirtioModel::non_transitional;
    EXPECT_EQ(object(definition, "-device", "rng0")["driver"], "virtio-rng-pci-non-transitional");
    EXPECT_EQ(object(definition, "-device", "balloon0")["driver"],
              "virtio-balloon-pci-transitional");
}

TEST(Vsock, an_automatic_address_is_the_one_that_was_found) {
    auto definition = guest();
    definition.vsock = Vsock{.cid = 0};
    auto found = context();
    found.vsock_cid = 12;
    const auto cid = [&] {
        return json::parse(arguments(modern_argv(definition, found), "-device").at(0))["guest-cid"];
    };
    EXPECT_EQ(cid(), 12);
    definition.vsock->cid = 7;
    EXPECT_EQ(cid(), 7);
}

TEST(Display, draws_with_the_hosts_gpu_where_a_display_does) {
    auto definition = guest();
    definition.videos = {{.model = "virtio", .accel3d = true}};
    EXPECT_TRUE(unsupported(definition).has_errors());
    definition.graphics = {{.type = GraphicsType::egl_headless}};
    EXPECT_FALSE(unsupported(definition).has_errors());
    EXPECT_EQ(object(definition, "-device", "video0")["driver"], "virtio-vga-gl");
}

} // namespace
} // namespace vmwarden::qemu
