// SPDX-License-Identifier: LGPL-2.1-or-later
// What becomes of the bytes of disks that are no plain file.
#include "agent/host/overlay.h"
#include "tests/qemu-accepts/images.h"
#include "tests/qemu-accepts/qemu_process.h"

#include <fcntl.h>

#include <gtest/gtest.h>

namespace vmwarden::accepts {
namespace {

constexpr std::uint64_t disk_bytes = 65536;

class Disks : public testing::Test {
  protected:
    Workplace place_;

    static GuestDefinition guest_with(const Disk& disk) {
        GuestDefinition guest;
        guest.name = "demo";
        guest.memory = Bytes{32ULL * 1024 * 1024};
        guest.disks.push_back(disk);
        return guest;
    }
    Disk disk_of(const std::string& image) {
        make_raw(place_.path(image));
        Disk disk;
        disk.target = "vda";
        disk.bus = DiskBus::virtio;
        disk.source = place_.path(image);
        return disk;
    }
    // A word of qemu-io(1) to the disk as the guest has it; what it says is in QEMU's messages.
    static void io(QemuProcess& qemu, const std::string& words) {
        qemu.ask("human-monitor-command",
                 {{"command-line",
                   "qemu-io -d /machine/peripheral/disk-vda/virtio-backend \"" + words + "\""}});
    }
    // On a port that it finds free; the port.
    static std::string serve(QemuProcess& server) {
        for (unsigned port = 10810;; ++port) {
            const auto text = std::to_string(port);
            try {
                server.ask(
                    "nbd-server-start",
                    {{"addr",
                      {{"type", "inet"}, {"data", {{"host", "127.0.0.1"}, {"port", text}}}}}});
                return text;
            } catch (const host::QmpError&) {
                if (port == 10890) throw;
            }
        }
    }
    static bool all_zero(const std::string& path) {
        const auto bytes = file_text(path);
        return !bytes.empty() && bytes.find_first_not_of('\0') == std::string::npos;
    }
};

TEST_F(Disks, ATransientOneKeepsNothing) {
    auto disk = disk_of("base.img");
    disk.transient = true;
    const auto guest = guest_with(disk);
    const auto overlay = host::make_overlay(place_.path(""), disk_bytes);
    const UniqueFd inherited(::fcntl(overlay.get(), F_DUPFD, 30));
    const auto messages = place_.path("messages");
    QemuProcess qemu(guest, messages, {}, true, {}, {}, {{0, inherited.get()}});
    qemu.negotiate();
    io(qemu, "write -P 85 0 4096");
    io(qemu, "read -P 85 0 4096");
    io(qemu, "read -P 0 4096 4096");
    qemu.quit();
    EXPECT_EQ(file_text(messages).find("failed"), std::string::npos) << file_text(messages);
    EXPECT_NE(file_text(messages).find("wrote 4096/4096"), std::string::npos);
    EXPECT_TRUE(all_zero(disk.source));
}

// One QEMU serves what another has as its disk.
TEST_F(Disks, OneOnAServerIsReadAndWritten) {
    auto disk = disk_of("served.img");
    disk.shareable = true; // with the server of its own QEMU
    QemuProcess server(guest_with(disk), place_.path("server"));
    server.negotiate();
    const auto port = serve(server);
    server.ask("block-export-add", {{"type", "nbd"},
                                    {"id", "export"},
                                    {"node-name", "vda"},
                                    {"name", "a-name"},
                                    {"writable", true}});
    auto remote = disk;
    remote.type = DiskSource::network;
    remote.source = "nbd://127.0.0.1:" + port + "/a-name";
    const auto messages = place_.path("messages");
    QemuProcess qemu(guest_with(remote), messages);
    qemu.negotiate();
    io(qemu, "write -P 85 0 4096");
    io(qemu, "flush");
    qemu.quit();
    server.quit();
    EXPECT_NE(file_text(messages).find("wrote 4096/4096"), std::string::npos)
        << file_text(messages);
    EXPECT_FALSE(all_zero(disk.source));
}

} // namespace
} // namespace vmwarden::accepts
