// SPDX-License-Identifier: LGPL-2.1-or-later
// The line of `domxml-to-native` is one that a shell and the real QEMU take as it stands, and so is
// what an imported line becomes.
#include "src/native/native.h"
#include "src/native/read_argv.h"
#include "tests/qemu-accepts/images.h"
#include "tests/qemu-accepts/qemu_process.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace vmwarden::accepts {
namespace {

class ByHand : public testing::Test {
  protected:
    Workplace place_;
    GuestDefinition guest_;

    ByHand() {
        guest_.name = "demo";
        guest_.memory = Bytes{32ULL * 1024 * 1024};
        guest_.emulator = emulator;
    }
    void SetUp() override { std::filesystem::create_directory(place_.path("it's a $HOME")); }

    [[nodiscard]] std::string image(const std::string& name) const {
        return place_.path("it's a $HOME/" + name);
    }
    // The files that QEMU has open for a block device's nodes.
    static std::vector<std::string> open_files(QemuProcess& qemu) {
        std::vector<std::string> files;
        for (const auto& node : qemu.ask("query-named-block-nodes"))
            if (node["drv"] == "file") files.push_back(node["file"]);
        std::ranges::sort(files);
        return files;
    }
    std::unique_ptr<QemuProcess> run(const std::string& line) {
        auto qemu = std::make_unique<QemuProcess>(line, place_.path("messages"));
        try {
            qemu->negotiate();
        } catch (const host::QmpError& error) {
            ADD_FAILURE() << line << "\n" << file_text(place_.path("messages"));
            throw;
        }
        return qemu;
    }
    std::string line() {
        const auto made = native::modern_line(guest_);
        EXPECT_TRUE(made.text) << render(made.diagnostics, {});
        return made.text.value_or("");
    }
    Disk& disk(const std::string& name) {
        auto& made = guest_.disks.emplace_back();
        made.target = "vda";
        made.bus = DiskBus::virtio;
        made.format = DiskFormat::qcow2;
        made.source = image(name);
        return made;
    }
};

TEST_F(ByHand, QemuFollowsAChainThatTheDefinitionLeavesOpen) {
    make_raw(image("base"));
    make_qcow2(image("top"), image("base"));
    disk("top");
    EXPECT_EQ(open_files(*run(line())), (std::vector<std::string>{image("base"), image("top")}));
    guest_.disks[0].chain_ends = true;
    EXPECT_EQ(open_files(*run(line())), (std::vector<std::string>{image("top")}));
}

TEST_F(ByHand, ALineWithoutUuidOrWithVariablesRuns) {
    guest_.raw_environment = {{"DEMO", "a 'b' $c", {}}};
    guest_.raw_arguments = {{"-object", {}}, {"rng-random,id=r0", {}}};
    auto qemu = run("env " + line());
    EXPECT_EQ(qemu->ask("query-status")["status"], "prelaunch");
    EXPECT_NE(file_text("/proc/" + std::to_string(qemu->pid()) + "/environ").find("DEMO=a 'b' $c"),
              std::string::npos);
}

// Options that QEMU merges with ours, and properties for all of a driver.
TEST_F(ByHand, WhatAnImportKeepsMeansTheSame) {
    make_raw(image("disk"));
    const auto read = native::read_argv(
        "line", std::string(emulator) + " -name demo -m size=32M,slots=2,maxmem=64M " +
                    "-smp 4,cores=4 -M q35,smm=off -nodefaults -display none -boot c,menu=on " +
                    "-rtc base=utc,driftfix=slew -drive if=none,id=d,format=raw,file=\"" +
                    place_.path("it's a ") + "\\$HOME/disk\" " +
                    "-device virtio-blk-pci,drive=d,num-queues=3 " +
                    "-device virtio-scsi-pci,id=s9 -device scsi-cd,bus=s9.0");
    ASSERT_TRUE(read.definition) << render(read.diagnostics, {});
    guest_ = *read.definition;
    ASSERT_EQ(guest_.disks.size(), 2U);
    auto qemu = run(line());
    EXPECT_EQ(qemu->property("disk-vda", "num-queues"), 3);
    const auto machine = [&](const char* property) {
        return qemu->ask("qom-get", {{"path", "/machine"}, {"property", property}});
    };
    EXPECT_EQ(machine("smm"), "off");
    EXPECT_EQ(machine("memory")["max-size"], 64 * 1024 * 1024);
    EXPECT_EQ(machine("smp")["cores"], 4);
    EXPECT_EQ(machine("smp")["sockets"], 1);
}

// By their number among the -serial words.
TEST_F(ByHand, ASerialPortThatIsKeptHasItsNumber) {
    const auto read = native::read_argv(
        "line", std::string(emulator) + " -name demo -m 32 -nodefaults -display none -serial pty " +
                    "-serial pipe:" + place_.path("absent") + " -serial null");
    ASSERT_TRUE(read.definition) << render(read.diagnostics, {});
    guest_ = *read.definition;
    for (auto& argument : guest_.raw_arguments)
        if (argument.value.starts_with("pipe:")) argument.value = "vc";
    auto qemu = run(line());
    std::vector<std::string> labels;
    for (const auto& device : qemu->ask("query-chardev"))
        labels.push_back(device["label"]);
    EXPECT_EQ(std::ranges::count(labels, "serial1"), 1);
    EXPECT_EQ(std::ranges::count(labels, "char0") + std::ranges::count(labels, "char1"), 2);
}

} // namespace
} // namespace vmwarden::accepts
