// SPDX-License-Identifier: LGPL-2.1-or-later
// Every way out of QEMU's syntax that a user's string could look for: it stays one value of one
// option, or is refused. tests/qemu-accepts shows the same to the real QEMU.
#include "src/qemu/addresses.h"
#include "src/qemu/command_line.h"
#include "tests/unit/qemu/sample.h"

#include <gtest/gtest.h>

namespace vmwarden::qemu {
namespace {

using namespace sample;

// Reads "word,key=value,…" back as QEMU does: ",," is a comma (util/keyval.c, util/qemu-option.c).
std::vector<std::string> parts_of(const std::string& text) {
    std::vector<std::string> parts(1);
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] != ',')
            parts.back() += text[i];
        else if (i + 1 < text.size() && text[i + 1] == ',')
            parts.back() += text[i++];
        else
            parts.emplace_back();
    }
    return parts;
}

const std::vector<std::string> hostile = {
    "/a,readonly=on",   "/a,,b",      "/a,",       "/,,,", "/a=b",
    "/a\"},{\"x\":\"y", "/a\\",       "/a\\\"",    "/a b", "/a'b",
    "/$(id)",           "/a%s%n",     "/-S",       "/a:b", "/file:///etc/shadow",
    "/json:{}",         "/a\xc3\xa9", "/a;rm -rf", "/a|b", "/nbd://x",
};

TEST(Options, a_value_stays_a_value) {
    for (const auto& value : hostile) {
        const auto text =
            Options("word").set("first", value).set("second", value).set("last", "x").text();
        const std::vector<std::string> expected = {"word", "first=" + value, "second=" + value,
                                                   "last=x"};
        EXPECT_EQ(parts_of(text), expected) << text;
    }
}

TEST(Hostile, disk_paths) {
    for (const auto& path : hostile) {
        auto definition = guest();
        definition.disks.push_back(disk("vda", DiskBus::virtio));
        const auto harmless = modern_argv(definition, context());
        definition.disks[0].source = path;
        const auto argv = modern_argv(definition, context());
        ASSERT_EQ(argv.size(), harmless.size());
        auto node = object(definition, "-blockdev", "vda-file");
        EXPECT_EQ(node["filename"], path);
        node["filename"] = "/images/vda.img";
        definition.disks[0].source = "/images/vda.img";
        EXPECT_EQ(node, object(definition, "-blockdev", "vda-file")) << "nothing else changed";
    }
}

TEST(Hostile, character_paths) {
    for (const auto& path : hostile) {
        auto definition = guest();
        definition.characters = {{.source = CharacterSource::file, .path = path}};
        const auto file = parts_of(arguments(definition, "-chardev").at(0));
        EXPECT_EQ(file,
                  (std::vector<std::string>{"file", "id=char0", "path=" + path, "append=off"}));
        definition.characters[0].source = CharacterSource::unix_listener;
        const auto socket = parts_of(arguments(definition, "-chardev").at(0));
        EXPECT_EQ(socket, (std::vector<std::string>{"socket", "id=char0", "path=" + path,
                                                    "server=on", "wait=off"}));
    }
}

TEST(Hostile, kernel_paths_and_words_are_arguments_of_their_own) {
    for (const auto& text : hostile) {
        auto definition = guest();
        definition.os.kernel = text;
        definition.os.initrd = text;
        definition.os.cmdline = "-S " + text;
        EXPECT_EQ(arguments(definition, "-kernel"), std::vector<std::string>{text});
        EXPECT_EQ(arguments(definition, "-initrd"), std::vector<std::string>{text});
        EXPECT_EQ(arguments(definition, "-append"), std::vector<std::string>{"-S " + text});
    }
}

TEST(Hostile, a_cmdline_like_a_switch_is_no_switch) {
    auto definition = guest();
    definition.os.kernel = "/boot/vmlinuz";
    definition.os.cmdline = "-monitor";
    const auto argv = modern_argv(definition, context());
    const auto found = std::ranges::find(argv, "-monitor");
    ASSERT_NE(found, argv.end());
    EXPECT_EQ(*(found - 1), "-append");
}

TEST(Hostile, serial_numbers) {
    auto definition = guest();
    definition.disks.push_back(disk("sda", DiskBus::scsi));
    for (const char* serial : {"x,drive=y", "\"}", "\\", "a=b", "-S"}) {
        definition.disks[0].serial = serial;
        EXPECT_EQ(object(definition, "-device", "disk-sda")["serial"], serial);
        EXPECT_EQ(object(definition, "-device", "disk-sda").size(), 8U);
    }
}

// Words that stand where QEMU knows no escape, or means something of its own.
struct Refused {
    const char* what;
    void (*put)(GuestDefinition& definition);
};

const std::vector<Refused> refused = {
    {"name with a comma", [](GuestDefinition& d) { d.name = "a,process=b"; }},
    {"name like a switch", [](GuestDefinition& d) { d.name = "-S"; }},
    {"machine with a property", [](GuestDefinition& d) { d.os.machine = "pc,usb=on"; }},
    {"machine help", [](GuestDefinition& d) { d.os.machine = "help"; }},
    {"cpu with a feature",
     [](GuestDefinition& d) {
         d.cpu_mode = "custom";
         d.cpu_model = "qemu64,-sse";
     }},
    {"cpu help",
     [](GuestDefinition& d) {
         d.cpu_mode = "custom";
         d.cpu_model = "help";
     }},
    {"cpu ?",
     [](GuestDefinition& d) {
         d.cpu_mode = "custom";
         d.cpu_model = "?";
     }},
    {"vnc on a socket", [](GuestDefinition& d) { d.graphics = {{.listen = "unix:/tmp/x"}}; }},
    {"vnc with an option",
     [](GuestDefinition& d) { d.graphics = {{.listen = "127.0.0.1,password=off"}}; }},
    {"vnc none", [](GuestDefinition& d) { d.graphics = {{.listen = "none"}}; }},
    {"keymap that is a path", [](GuestDefinition& d) { d.graphics = {{.keymap = "/etc/shadow"}}; }},
    {"keymap that climbs", [](GuestDefinition& d) { d.graphics = {{.keymap = "../../x"}}; }},
    {"keymap like a switch", [](GuestDefinition& d) { d.graphics = {{.keymap = "-S"}}; }},
    {"target that ends a node name",
     [](GuestDefinition& d) { d.disks = {disk("hda\",\"x\":\"", DiskBus::ide)}; }},
    {"model with a property", [](GuestDefinition& d) { d.interfaces = {{.model = "e1000,x=y"}}; }},
    {"video with a property", [](GuestDefinition& d) { d.videos = {{.model = "VGA,x=y"}}; }},
    {"address with more", [](GuestDefinition& d) { d.interfaces = {{.mac = "52:54:00:1:2:3,x"}}; }},
    {"disk that is QEMU's descriptor",
     [](GuestDefinition& d) {
         d.disks = {disk("hda", DiskBus::ide)};
         d.disks[0].source = "/dev/fdset/0";
     }},
    {"relative disk",
     [](GuestDefinition& d) {
         d.disks = {disk("hda", DiskBus::ide)};
         d.disks[0].source = "nbd:10.0.0.1:80";
     }},
    {"control character",
     [](GuestDefinition& d) {
         d.disks = {disk("hda", DiskBus::ide)};
         d.disks[0].source = "/a\nb";
     }},
    {"not UTF-8",
     [](GuestDefinition& d) {
         d.disks = {disk("hda", DiskBus::ide)};
         d.disks[0].source = "/a\xff";
     }},
    {"NUL in a cmdline",
     [](GuestDefinition& d) {
         d.os.kernel = "/k";
         d.os.cmdline = std::string("a\0b", 3);
     }},
};

TEST(Hostile, words_without_an_escape_are_refused) {
    for (const auto& each : refused) {
        auto definition = guest();
        each.put(definition);
        EXPECT_EQ(unsupported(definition).list().size(), 1U) << each.what;
        EXPECT_THROW(modern_argv(definition, context()), std::invalid_argument) << each.what;
    }
}

TEST(Hostile, json_escapes_what_checks_might_one_day_let_through) {
    const Addresses nowhere;
    CommandLine command("qemu", nowhere);
    command.add("-device", Json{{"serial", std::string("a\n\0\x1b\"", 5)}});
    EXPECT_EQ(std::move(command).take().back(), R"({"serial":"a\n\u0000\u001b\""})");
    CommandLine other("qemu", nowhere);
    EXPECT_THROW(other.add("-device", Json{{"serial", "\xff"}}), nlohmann::json::type_error);
}

} // namespace
} // namespace vmwarden::qemu
