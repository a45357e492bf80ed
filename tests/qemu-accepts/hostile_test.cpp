// SPDX-License-Identifier: LGPL-2.1-or-later
// The hostile strings of tests/unit/qemu, shown to the real QEMU: it opens exactly the file of that
// name, and nothing else changes.
#include "tests/qemu-accepts/images.h"
#include "tests/qemu-accepts/qemu_process.h"

#include <gtest/gtest.h>

namespace vmwarden::accepts {
namespace {

const std::vector<std::string> hostile_names = {
    "a,readonly=on", "a,,b",     "a,",      ",,,",       "a=b",   "a\"},{\"x\":\"y",
    "a\\",           "a\\\"",    "a b",     "a'b",       "-S",    "a%s%n",
    "a:b",           "nbd:x",    "json:{}", "a\xc3\xa9", "$(id)", "a;b|c",
    "a\\u0000b",     "fat:rw:x",
};

class Hostile : public testing::TestWithParam<std::string> {
  protected:
    void SetUp() override {
        ASSERT_EQ(::access(emulator, X_OK), 0) << emulator << " is not installed";
        guest_.name = "demo";
        guest_.memory = Bytes{32ULL * 1024 * 1024};
        path_ = place_.path(GetParam());
    }

    Workplace place_;
    GuestDefinition guest_;
    std::string path_;
};

TEST_P(Hostile, disk_path_and_serial_number) {
    make_raw(path_);
    guest_.disks.push_back(
        {.source = path_, .target = "sda", .bus = DiskBus::scsi, .serial = GetParam()});
    QemuProcess qemu(guest_, place_.path("messages"));
    ASSERT_NO_THROW(qemu.negotiate()) << file_text(place_.path("messages"));
    const auto nodes = qemu.ask("query-named-block-nodes");
    ASSERT_EQ(nodes.size(), 2U);
    for (const auto& node : nodes) {
        EXPECT_EQ(node["ro"], false);
        EXPECT_EQ(node["image"]["virtual-size"], 65536);
        if (node["node-name"] == "sda-file") {
            EXPECT_EQ(node["file"], path_);
        }
    }
    EXPECT_EQ(qemu.property("disk-sda", "serial"), GetParam());
}

TEST_P(Hostile, character_paths) {
    guest_.characters = {
        {.source = CharacterSource::file, .path = path_},
        {.port = 1, .source = CharacterSource::unix_listener, .path = path_ + ".socket"}};
    QemuProcess qemu(guest_, place_.path("messages"));
    ASSERT_NO_THROW(qemu.negotiate()) << file_text(place_.path("messages"));
    EXPECT_TRUE(std::filesystem::is_regular_file(path_));
    EXPECT_TRUE(std::filesystem::is_socket(path_ + ".socket"));
    EXPECT_EQ(qemu.ask("query-chardev").size(), 3U);
}

TEST_P(Hostile, kernel_path_and_words) {
    make_kernel(path_);
    guest_.os.kernel = path_;
    guest_.os.cmdline = GetParam();
    QemuProcess qemu(guest_, place_.path("messages"));
    ASSERT_NO_THROW(qemu.negotiate()) << file_text(place_.path("messages"));
    EXPECT_EQ(qemu.ask("qom-get", {{"path", "/machine"}, {"property", "append"}}), GetParam());
    EXPECT_EQ(qemu.ask("query-status")["status"], "prelaunch");
}

INSTANTIATE_TEST_SUITE_P(Names, Hostile, testing::ValuesIn(hostile_names));

} // namespace
} // namespace vmwarden::accepts
