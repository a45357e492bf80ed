// SPDX-License-Identifier: LGPL-2.1-or-later
#include "agent/host/firmware_descriptors.h"

#include "tests/unit/host/temp_tree.h"

namespace vmwarden::host {
namespace {

constexpr const char* split = R"({
    "description": "UEFI for x86_64",
    "interface-types": ["uefi"],
    "mapping": {
        "device": "flash",
        "executable": {"filename": "/usr/share/OVMF/CODE.fd", "format": "raw"},
        "nvram-template": {"filename": "/usr/share/OVMF/VARS.fd", "format": "raw"}
    },
    "targets": [{"architecture": "x86_64", "machines": ["pc-i440fx-*", "pc-q35-*"]}],
    "features": ["acpi-s3", "secure-boot", "requires-smm"],
    "tags": []
})";

TEST(FirmwareDescriptor, saysWhatItIs) {
    const auto firmware = parse_firmware(split);
    ASSERT_TRUE(firmware);
    EXPECT_TRUE(firmware->uefi);
    EXPECT_FALSE(firmware->bios);
    EXPECT_EQ(firmware->executable, "/usr/share/OVMF/CODE.fd");
    EXPECT_EQ(firmware->nvram_template, "/usr/share/OVMF/VARS.fd");
    EXPECT_TRUE(firmware->raw);
    EXPECT_TRUE(firmware->secure_boot);
    EXPECT_TRUE(firmware->requires_smm);
    EXPECT_FALSE(firmware->enrolled_keys);
    ASSERT_EQ(firmware->targets.size(), 1U);
    EXPECT_EQ(firmware->targets[0].machines.size(), 2U);
}

TEST(FirmwareDescriptor, ofOtherKinds) {
    const auto memory = parse_firmware(R"({"interface-types": ["bios"],
        "mapping": {"device": "memory", "filename": "/usr/share/seabios/bios.bin"}})");
    ASSERT_TRUE(memory);
    EXPECT_EQ(memory->device, FirmwareDescriptor::Device::memory);
    const auto stateless = parse_firmware(R"({"interface-types": ["uefi"], "mapping":
        {"device": "flash", "mode": "stateless", "executable": {"filename": "/x", "format": "qcow2"}}})");
    ASSERT_TRUE(stateless);
    EXPECT_EQ(stateless->nvram_template, "");
    EXPECT_FALSE(stateless->raw);
}

TEST(FirmwareDescriptor, thatCannotBeUsed) {
    for (const char* text :
         {"", "{", "[]", "null", "{}", R"({"interface-types": ["uefi"]})",
          R"({"interface-types": ["uefi"], "mapping": {"device": "kernel", "filename": "/x"}})",
          R"({"interface-types": ["uefi"], "mapping": {"device": "flash", "mode": "combined",
              "executable": {"filename": "/x"}}})",
          R"({"interface-types": ["uefi"], "mapping": {"device": "flash",
              "executable": {"filename": "relative"}, "nvram-template": {"filename": "/x"}}})",
          R"({"interface-types": ["uefi"], "mapping": {"device": "flash",
              "executable": {"filename": "/x"}}})",
          R"({"interface-types": [1], "mapping": {"device": "memory", "filename": "/x"}})"})
        EXPECT_FALSE(parse_firmware(text)) << text;
}

TEST(FirmwareDescriptors, areMergedByName) {
    const test::TempTree tree;
    for (const char* directory : {"usr", "usr/share", "usr/share/qemu", "usr/share/qemu/firmware",
                                  "etc", "etc/qemu", "etc/qemu/firmware"})
        tree.directory(directory);
    tree.file("usr/share/qemu/firmware/60-a.json", split);
    tree.file("usr/share/qemu/firmware/50-masked.json", split);
    tree.file("usr/share/qemu/firmware/70-c.json", split);
    tree.file("usr/share/qemu/firmware/README", split);
    tree.file("etc/qemu/firmware/50-masked.json", "");
    tree.file("etc/qemu/firmware/65-b.json", split);
    tree.file("etc/qemu/firmware/70-c.json", split);
    std::vector<std::string> files;
    for (const auto& firmware : firmware_descriptors(tree.path()))
        files.push_back(firmware.file.substr(tree.path().size()));
    EXPECT_EQ(files, (std::vector<std::string>{"/usr/share/qemu/firmware/60-a.json",
                                               "/etc/qemu/firmware/65-b.json",
                                               "/etc/qemu/firmware/70-c.json"}));
    EXPECT_TRUE(firmware_descriptors(tree.path("nowhere")).empty());
}

} // namespace
} // namespace vmwarden::host
