// SPDX-License-Identifier: LGPL-2.1-or-later
#include "src/qemu/drives.h"
#include "tests/unit/qemu/sample.h"

#include <gtest/gtest.h>

namespace vmwarden::qemu {
namespace {

using namespace sample;

GuestDefinition guest_with(std::vector<Disk> disks, const char* machine = "pc") {
    auto definition = guest();
    definition.os.machine = machine;
    definition.disks = std::move(disks);
    return definition;
}

json device(const GuestDefinition& definition, std::string_view target) {
    return object(definition, "-device", "disk-" + std::string(target));
}

TEST(TargetIndex, counts_like_a_spreadsheet) {
    EXPECT_EQ(target_index("hda"), 0U);
    EXPECT_EQ(target_index("vdb"), 1U);
    EXPECT_EQ(target_index("sdz"), 25U);
    EXPECT_EQ(target_index("sdaa"), 26U);
    EXPECT_EQ(target_index("xvdc"), 2U);
    for (const char* wrong : {"", "hd", "hdA", "hda1", "da", "sd-", "sdaaaa", "hda,x"})
        EXPECT_EQ(target_index(wrong), std::nullopt) << wrong;
}

TEST(Drives, two_nodes_and_a_front_end) {
    const auto definition = guest_with({disk("hda", DiskBus::ide)});
    EXPECT_EQ(arguments(definition, "-blockdev"),
              (std::vector<std::string>{
                  R"({"driver":"file","node-name":"hda-file","read-only":false,)"
                  R"("filename":"/images/hda.img","auto-read-only":false,"locking":"auto"})",
                  R"({"driver":"raw","node-name":"hda","read-only":false,"file":"hda-file"})"}));
    EXPECT_EQ(device(definition, "hda"), json({{"driver", "ide-hd"},
                                               {"id", "disk-hda"},
                                               {"bus", "ide.0"},
                                               {"unit", 0},
                                               {"drive", "hda"},
                                               {"bootindex", 1}}));
}

TEST(Drives, a_block_device_is_opened_as_one) {
    auto block = disk("vda", DiskBus::virtio);
    block.type = DiskSource::block;
    EXPECT_EQ(object(guest_with({block}), "-blockdev", "vda-file")["driver"], "host_device");
}

TEST(Drives, a_qcow2_opens_no_other_file) {
    auto image = disk("vda", DiskBus::virtio);
    image.format = DiskFormat::qcow2;
    const auto node = object(guest_with({image}), "-blockdev", "vda");
    EXPECT_EQ(node["driver"], "qcow2");
    ASSERT_TRUE(node.contains("backing"));
    EXPECT_TRUE(node["backing"].is_null());
}

Disk qcow2_disk() {
    auto image = disk("vda", DiskBus::virtio);
    image.format = DiskFormat::qcow2;
    return image;
}

std::vector<std::string> nodes(const GuestDefinition& definition, const CommandContext& with) {
    std::vector<std::string> names;
    for (const auto& text : arguments(modern_argv(definition, with), "-blockdev"))
        names.push_back(json::parse(text)["node-name"]);
    return names;
}

TEST(Drives, what_backs_an_image_comes_before_it_and_is_read_only) {
    auto image = qcow2_disk();
    image.cache = DiskCache::none;
    image.backing = {{DiskSource::file, DiskFormat::qcow2, "/images/mid", {}},
                     {DiskSource::block, DiskFormat::raw, "/dev/base", {}}};
    const auto definition = guest_with({image});
    EXPECT_EQ(nodes(definition, context()),
              (std::vector<std::string>{"vda-2-file", "vda-2", "vda-1-file", "vda-1", "vda-file",
                                        "vda"}));
    const auto node = [&](const char* name) { return object(definition, "-blockdev", name); };
    for (const char* name : {"vda-2-file", "vda-2", "vda-1-file", "vda-1"}) {
        EXPECT_EQ(node(name)["read-only"], true) << name;
        EXPECT_EQ(node(name)["cache"]["direct"], true) << name;
    }
    EXPECT_EQ(node("vda")["read-only"], false);
    EXPECT_EQ(node("vda")["backing"], "vda-1");
    EXPECT_EQ(node("vda-1")["backing"], "vda-2");
    EXPECT_EQ(node("vda-2")["driver"], "raw");
    EXPECT_FALSE(node("vda-2").contains("backing"));
    EXPECT_EQ(node("vda-2-file")["driver"], "host_device");
    EXPECT_EQ(node("vda-1-file")["filename"], "/images/mid");
}

TEST(Drives, images_of_the_context_replace_the_definition_s) {
    auto image = qcow2_disk();
    image.backing = {{DiskSource::file, DiskFormat::qcow2, "/link/mid", {}}};
    auto with = context();
    with.images[0] = {{"/real/top", DiskSource::file, DiskFormat::qcow2, "/real/data"},
                      {"/real/base", DiskSource::file, DiskFormat::qcow2}};
    const auto argv = modern_argv(guest_with({image}), with);
    EXPECT_EQ(arguments(argv, "-blockdev"),
              (std::vector<std::string>{
                  R"({"driver":"file","node-name":"vda-1-file","read-only":true,)"
                  R"("filename":"/real/base","auto-read-only":false,"locking":"auto"})",
                  R"({"driver":"qcow2","node-name":"vda-1","read-only":true,)"
                  R"("file":"vda-1-file","backing":null})",
                  R"({"driver":"file","node-name":"vda-file","read-only":false,)"
                  R"("filename":"/real/top","auto-read-only":false,"locking":"auto"})",
                  R"({"driver":"file","node-name":"vda-data","read-only":false,)"
                  R"("filename":"/real/data","auto-read-only":false,"locking":"auto"})",
                  R"({"driver":"qcow2","node-name":"vda","read-only":false,"file":"vda-file",)"
                  R"("data-file":"vda-data","backing":"vda-1"})"}));
}

TEST(Drives, a_chain_that_cannot_be_is_unsupported) {
    auto raw = disk("vda", DiskBus::virtio);
    raw.backing = {{DiskSource::file, DiskFormat::raw, "/images/base", {}}};
    EXPECT_TRUE(unsupported(guest_with({raw})).has_errors());
    auto control = qcow2_disk();
    control.backing = {{DiskSource::file, DiskFormat::raw, "/images/\x1b", {}}};
    EXPECT_TRUE(unsupported(guest_with({control})).has_errors());
    auto empty = disk("hdc", DiskBus::ide, DiskDevice::cdrom);
    empty.format = DiskFormat::qcow2;
    empty.backing = {{DiskSource::file, DiskFormat::raw, "/images/base", {}}};
    EXPECT_TRUE(unsupported(guest_with({empty})).has_errors());
    empty.source = "/images/top";
    EXPECT_FALSE(unsupported(guest_with({empty})).has_errors());
}

TEST(Drives, front_end_by_bus_and_kind) {
    const auto cdrom = DiskDevice::cdrom;
    const auto definition =
        guest_with({disk("hdc", DiskBus::ide, cdrom), disk("vda", DiskBus::virtio),
                    disk("sda", DiskBus::scsi), disk("sdb", DiskBus::scsi, cdrom),
                    disk("sdc", DiskBus::sata), disk("sdd", DiskBus::sata, cdrom),
                    disk("sde", DiskBus::usb), disk("fda", DiskBus::fdc, DiskDevice::floppy)});
    EXPECT_EQ(device(definition, "hdc")["driver"], "ide-cd");
    EXPECT_EQ(device(definition, "vda")["driver"], "virtio-blk-pci");
    EXPECT_EQ(device(definition, "sda")["driver"], "scsi-hd");
    EXPECT_EQ(device(definition, "sdb")["driver"], "scsi-cd");
    EXPECT_EQ(device(definition, "sdc")["driver"], "ide-hd");
    EXPECT_EQ(device(definition, "sdd")["driver"], "ide-cd");
    EXPECT_EQ(device(definition, "sde")["driver"], "usb-storage");
    EXPECT_EQ(device(definition, "fda")["driver"], "floppy");
}

TEST(Drives, places_follow_targets) {
    const auto cdrom = DiskDevice::cdrom;
    const auto definition = guest_with({disk("hdc", DiskBus::ide, cdrom), disk("hdb", DiskBus::ide),
                                        disk("sdc", DiskBus::scsi), disk("sdb", DiskBus::sata),
                                        disk("fdb", DiskBus::fdc, DiskDevice::floppy)});
    EXPECT_EQ(device(definition, "hdc")["bus"], "ide.1");
    EXPECT_EQ(device(definition, "hdc")["unit"], 0);
    EXPECT_EQ(device(definition, "hdb")["bus"], "ide.0");
    EXPECT_EQ(device(definition, "hdb")["unit"], 1);
    EXPECT_EQ(device(definition, "sdc")["bus"], "scsi0.0");
    EXPECT_EQ(device(definition, "sdc")["scsi-id"], 2);
    EXPECT_EQ(device(definition, "sdb")["bus"], "sata0.1");
    EXPECT_EQ(device(definition, "fdb")["unit"], 1);
}

TEST(Drives, a_q35_has_an_ahci_of_its_own) {
    const auto sata = guest_with({disk("sdb", DiskBus::sata)}, "q35");
    EXPECT_EQ(device(sata, "sdb")["bus"], "ide.1");
    EXPECT_TRUE(object(sata, "-device", "sata0").is_null());
    const auto ide = guest_with({disk("hdc", DiskBus::ide)}, "pc-q35-7.2");
    EXPECT_EQ(device(ide, "hdc")["bus"], "ide.2");
    EXPECT_FALSE(device(ide, "hdc").contains("unit"));
    const auto both = guest_with({disk("hda", DiskBus::ide), disk("sda", DiskBus::sata)}, "q35");
    EXPECT_EQ(device(both, "hda")["bus"], "ide.0");
    EXPECT_EQ(device(both, "sda")["bus"], "sata0.0");
    EXPECT_EQ(object(both, "-device", "sata0")["driver"], "ich9-ahci");
}

TEST(Drives, controllers_come_only_when_needed) {
    const auto none = guest_with({disk("hda", DiskBus::ide), disk("vda", DiskBus::virtio)});
    for (const char* id : {"usb0", "sata0", "scsi0", "fdc0", "serial0"})
        EXPECT_TRUE(object(none, "-device", id).is_null()) << id;
    const auto all = guest_with({disk("sda", DiskBus::scsi), disk("sdb", DiskBus::usb),
                                 disk("fda", DiskBus::fdc, DiskDevice::floppy)},
                                "q35");
    EXPECT_EQ(object(all, "-device", "scsi0")["driver"], "virtio-scsi-pci");
    EXPECT_EQ(object(all, "-device", "usb0")["driver"], "qemu-xhci");
    EXPECT_EQ(object(all, "-device", "fdc0")["driver"], "isa-fdc");
}

struct CacheCase {
    DiskCache mode;
    bool direct;
    bool no_flush;
    const char* write_cache;
};

TEST(Drives, cache_modes) {
    for (const auto& each : {CacheCase{DiskCache::none, true, false, "on"},
                             CacheCase{DiskCache::writethrough, false, false, "off"},
                             CacheCase{DiskCache::writeback, false, false, "on"},
                             CacheCase{DiskCache::directsync, true, false, "off"},
                             CacheCase{DiskCache::unsafe, false, true, "on"}}) {
        auto cached = disk("vda", DiskBus::virtio);
        cached.cache = each.mode;
        const auto definition = guest_with({cached});
        const json expected = {{"direct", each.direct}, {"no-flush", each.no_flush}};
        EXPECT_EQ(object(definition, "-blockdev", "vda")["cache"], expected);
        EXPECT_EQ(object(definition, "-blockdev", "vda-file")["cache"], expected);
        EXPECT_EQ(device(definition, "vda")["write-cache"], each.write_cache);
    }
}

TEST(Drives, qemus_own_cache_mode_is_left_to_qemu) {
    const auto definition = guest_with({disk("vda", DiskBus::virtio)});
    EXPECT_FALSE(object(definition, "-blockdev", "vda").contains("cache"));
    EXPECT_FALSE(device(definition, "vda").contains("write-cache"));
}

TEST(Drives, read_only_reaches_both_nodes) {
    auto disk_only = disk("vda", DiskBus::virtio);
    disk_only.readonly = true;
    auto cdrom = disk("hdc", DiskBus::ide, DiskDevice::cdrom);
    cdrom.source = "/images/boot.iso";
    const auto definition = guest_with({disk_only, cdrom});
    for (const char* node : {"vda", "vda-file", "hdc", "hdc-file"})
        EXPECT_EQ(object(definition, "-blockdev", node)["read-only"], true) << node;
}

TEST(Drives, a_drive_without_medium_has_no_nodes) {
    const auto definition = guest_with({disk("hdc", DiskBus::ide, DiskDevice::cdrom)});
    EXPECT_TRUE(arguments(definition, "-blockdev").empty());
    EXPECT_FALSE(device(definition, "hdc").contains("drive"));
}

TEST(Drives, sharing_and_serial_numbers_are_the_front_ends) {
    auto shared = disk("vda", DiskBus::virtio);
    shared.shareable = true;
    shared.serial = "WD-1, \"x\"";
    const auto made = device(guest_with({shared, disk("vdb", DiskBus::virtio)}), "vda");
    EXPECT_EQ(made["share-rw"], true);
    EXPECT_EQ(made["serial"], "WD-1, \"x\"");
    EXPECT_FALSE(device(guest_with({disk("vdb", DiskBus::virtio)}), "vdb").contains("share-rw"));
}

TEST(Drives, a_long_serial_number_of_a_scsi_disk_is_cut_for_its_device_id) {
    auto scsi = disk("sda", DiskBus::scsi);
    scsi.serial = "12345678901234567890";
    EXPECT_FALSE(device(guest_with({scsi}), "sda").contains("device_id"));
    scsi.serial += "1";
    const auto made = device(guest_with({scsi}), "sda");
    EXPECT_EQ(made["serial"], "123456789012345678901");
    EXPECT_EQ(made["device_id"], "12345678901234567890");
}

TEST(BootOrder, follows_the_definition_class_by_class) {
    auto definition = guest_with({disk("hdb", DiskBus::ide), disk("hda", DiskBus::ide),
                                  disk("hdc", DiskBus::ide, DiskDevice::cdrom)});
    definition.os.boot = {BootDevice::network, BootDevice::cdrom, BootDevice::hd};
    definition.interfaces.resize(2);
    EXPECT_EQ(object(definition, "-device", "nic0")["bootindex"], 1);
    EXPECT_EQ(object(definition, "-device", "nic1")["bootindex"], 2);
    EXPECT_EQ(device(definition, "hdc")["bootindex"], 3);
    EXPECT_EQ(device(definition, "hda")["bootindex"], 4);
    EXPECT_EQ(device(definition, "hdb")["bootindex"], 5);
}

TEST(BootOrder, nothing_said_means_hard_disks_and_nothing_else) {
    auto definition =
        guest_with({disk("hdc", DiskBus::ide, DiskDevice::cdrom), disk("hda", DiskBus::ide)});
    definition.interfaces.resize(1);
    EXPECT_EQ(device(definition, "hda")["bootindex"], 1);
    EXPECT_FALSE(device(definition, "hdc").contains("bootindex"));
    EXPECT_FALSE(object(definition, "-device", "nic0").contains("bootindex"));
}

TEST(BootOrder, of_a_floppy_is_its_controllers) {
    auto definition = guest_with({disk("fdb", DiskBus::fdc, DiskDevice::floppy)});
    definition.os.boot = {BootDevice::fd};
    EXPECT_EQ(arguments(definition, "-global"),
              std::vector<std::string>{"driver=isa-fdc,property=bootindexB,value=1"});
    EXPECT_FALSE(device(definition, "fdb").contains("bootindex"));
}

TEST(Drives, behave_as_is_said) {
    auto vda = disk("vda", DiskBus::virtio);
    vda.format = DiskFormat::qcow2;
    vda.chain_ends = true;
    vda.tuning.copy_on_read = true;
    vda.tuning.metadata_cache = 1 << 20;
    vda.tuning.limits = IoTune{
        .limits = {.total_iops = 5}, .bursts = {.total_iops = 9}, .lengths = {.total_iops = 60}};
    auto sda = disk("sda", DiskBus::usb);
    sda.tuning.removable = true;
    const auto definition = guest_with({vda, sda});
    EXPECT_EQ(device(definition, "vda")["drive"], "vda-copies");
    EXPECT_EQ(object(definition, "-blockdev", "vda-copies")["file"], "vda-limits");
    EXPECT_EQ(object(definition, "-blockdev", "vda")["cache-size"], 1 << 20);
    EXPECT_EQ(object(definition, "-object", "limits-vda")["limits"]["iops-total-max-length"], 60);
    EXPECT_EQ(device(definition, "sda")["removable"], true);
}

TEST(Drives, show_as_much_of_a_serial_number_as_there_is_room_for) {
    auto vda = disk("vda", DiskBus::virtio);
    auto sda = disk("sda", DiskBus::scsi);
    vda.serial = sda.serial = std::string(20, 'a') + std::string(30, 'b');
    const auto definition = guest_with({vda, sda});
    EXPECT_EQ(device(definition, "vda")["serial"], std::string(20, 'a'));
    EXPECT_EQ(device(definition, "sda")["serial"], std::string(20, 'a') + std::string(16, 'b'));
}

} // namespace
} // namespace vmwarden::qemu
