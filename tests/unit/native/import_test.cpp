// SPDX-License-Identifier: LGPL-2.1-or-later
// Single findings of the importer; whole lines are tests/golden/native/import.
#include "src/native/read_argv.h"

#include <gtest/gtest.h>

namespace vmwarden::native {
namespace {

// Of a line without devices of its own.
ImportedLine read(const std::string& options) {
    return read_argv("line",
                     "/usr/bin/qemu-system-x86_64 -name web -nodefaults -display none " + options);
}

GuestDefinition guest(const std::string& options) {
    auto read_line = read(options);
    EXPECT_TRUE(read_line.definition) << options << "\n" << render(read_line.diagnostics, {});
    return read_line.definition.value_or(GuestDefinition());
}

std::string raw(const std::string& options) {
    std::string out;
    for (const auto& argument : guest(options).raw_arguments)
        out += (out.empty() ? "" : " ") + argument.value;
    return out;
}

std::string said(const std::string& options) {
    return render(read(options).diagnostics, {});
}

TEST(Import, CountsMemoryAsQemuDoes) {
    constexpr std::uint64_t mebibyte = 1024 * 1024;
    EXPECT_EQ(guest("-m 512").memory.count, 512 * mebibyte);
    EXPECT_EQ(guest("-m 2G").memory.count, 2048 * mebibyte);
    EXPECT_EQ(guest("-m size=4096k").memory.count, 4 * mebibyte);
    EXPECT_EQ(guest("").memory.count, 128 * mebibyte);
    EXPECT_EQ(read_argv("l", "/usr/bin/qemu -nographic").definition->memory.count, 64 * mebibyte);
    for (const auto* wrong :
         {"-m 0", "-m 5X", "-m ''", "-m 99999999999999999999", "-m 17592186044416T"})
        EXPECT_FALSE(read(wrong).definition) << wrong;
}

TEST(Import, FillsATopologySoThatOursDoesNotShowThrough) {
    EXPECT_EQ(raw("-smp 4"), "");
    EXPECT_EQ(raw("-smp 4,sockets=4,cores=1,threads=1"), "");
    EXPECT_EQ(raw("-smp 4,cores=4"), "-smp cores=4,threads=1,sockets=1");
    EXPECT_EQ(raw("-smp 8,sockets=2,threads=2"), "-smp sockets=2,threads=2,cores=2");
    EXPECT_EQ(raw("-smp cores=2,threads=2"), "-smp cores=2,threads=2,sockets=1");
    EXPECT_EQ(guest("-smp cores=2,threads=2").vcpus, 4U);
    EXPECT_EQ(raw("-smp 2,maxcpus=8,cores=2"), "-smp maxcpus=8,cores=2,threads=1,sockets=4");
}

TEST(Import, PutsDrivesWhereTheLineHasThem) {
    const auto targets = [](const std::string& options) {
        std::string out;
        for (const auto& disk : guest(options).disks)
            out += disk.target + " ";
        return out;
    };
    EXPECT_EQ(targets("-hdb /b -hda /a -cdrom /c -fdb /f"), "hdb hda hdc fdb ");
    EXPECT_EQ(targets("-M q35 -hda /a -cdrom /c"), "sda sdc ");
    EXPECT_EQ(targets("-cdrom /c -M q35"), "sdc ");
    EXPECT_EQ(targets("-drive file=/a -drive file=/b,bus=1,unit=1 -drive file=/c"), "hda hdd hdb ");
    EXPECT_EQ(targets("-drive file=/a,if=virtio -drive file=/b,if=scsi,index=4"), "vda sde ");
    EXPECT_EQ(targets("-drive file=/a,if=none,id=x -device ide-hd,drive=x,bus=ide.1,unit=0"),
              "hdc ");
    EXPECT_EQ(targets("-drive file=/a,if=none,id=vdc -device virtio-blk-pci,drive=vdc"), "vdc ");
    // Two controllers become one.
    EXPECT_EQ(targets("-device virtio-scsi-pci,id=s -device virtio-scsi-pci,id=t "
                      "-drive file=/a,if=none,id=x -device scsi-hd,bus=s.0,scsi-id=1,drive=x "
                      "-drive file=/b,if=none,id=y -device scsi-hd,bus=t.0,scsi-id=1,drive=y"),
              "sdb sda ");
    EXPECT_NE(said("-hda /a -drive file=/b,index=0").find("has the place of another drive"),
              std::string::npos);
}

TEST(Import, KeepsWhatHangsOnWhatItKeeps) {
    EXPECT_EQ(
        raw("-device am53c974,id=s -drive file=/a,if=none,id=x -device scsi-hd,bus=s.0,drive=x"),
        "-device am53c974,id=s -drive file=/a,if=none,id=x -device scsi-hd,bus=s.0,drive=x");
    EXPECT_EQ(raw("-netdev user,id=n,net=10.0.0.0/8 -device e1000,netdev=n"),
              "-netdev user,id=n,net=10.0.0.0/8 -device e1000,netdev=n");
    EXPECT_EQ(raw("-chardev socket,id=c,host=a,port=1 -device isa-serial,chardev=c"),
              "-chardev socket,id=c,host=a,port=1 -device isa-serial,chardev=c");
    EXPECT_EQ(raw("-drive file=nbd:localhost:1,if=virtio"),
              "-drive file=nbd:localhost:1,if=virtio");
    EXPECT_EQ(raw("-drive file=/a,if=virtio,snapshot=on"), "-drive file=/a,if=virtio,snapshot=on");
}

// QEMU counts -serial words: one that is kept must keep its number.
TEST(Import, KeepsTheNumberOfASerialPort) {
    EXPECT_EQ(raw("-serial pty -serial tcp:a:1 -serial null"), "-serial none -serial tcp:a:1");
    const auto characters = guest("-serial pty -serial tcp:a:1 -serial null").characters;
    ASSERT_EQ(characters.size(), 2U);
    EXPECT_EQ(characters[1].port, 2U);
}

TEST(Import, SaysWhichCacheANodeAndItsDeviceMake) {
    const auto cache = [](const std::string& node, const std::string& device) {
        const auto made = guest("-blockdev driver=raw,node-name=x,file.driver=file,"
                                "file.filename=/a" +
                                node + " -device virtio-blk-pci,drive=x" + device);
        return made.disks.empty() ? DiskCache::hypervisor_default : made.disks[0].cache;
    };
    EXPECT_EQ(cache("", ""), DiskCache::hypervisor_default);
    EXPECT_EQ(cache(",cache.direct=on", ""), DiskCache::none);
    EXPECT_EQ(cache(",cache.direct=on", ",write-cache=off"), DiskCache::directsync);
    EXPECT_EQ(cache("", ",write-cache=off"), DiskCache::writethrough);
    EXPECT_EQ(cache("", ",write-cache=on"), DiskCache::writeback);
    EXPECT_EQ(cache(",cache.no-flush=on", ""), DiskCache::unsafe);
    EXPECT_EQ(guest("-blockdev driver=raw,node-name=x,cache.no-flush=on,cache.direct=on,"
                    "file.driver=file,file.filename=/a -device virtio-blk-pci,drive=x")
                  .disks.size(),
              0U);
}

TEST(Import, EndsAChainOfNodesThatIsARing) {
    EXPECT_EQ(
        guest("-blockdev driver=qcow2,node-name=x,file.driver=file,file.filename=/a,backing=x "
              "-device virtio-blk-pci,drive=x")
            .disks.size(),
        0U);
}

TEST(Import, ListensWhereTheLineDoesUnlessThatIsEverywhere) {
    EXPECT_EQ(guest("-vnc 127.0.0.1:2").graphics[0].port, 5902);
    EXPECT_EQ(guest("-vnc localhost:0,to=99").graphics[0].port, -1);
    EXPECT_EQ(guest("-vnc [::1]:1").graphics[0].listen, "::1");
    EXPECT_EQ(guest("-vnc :1").graphics[0].listen, "");
    EXPECT_NE(said("-vnc :1").find("listens on every address: here it is 127.0.0.1"),
              std::string::npos);
    EXPECT_EQ(raw("-vnc unix:/s"), "-vnc unix:/s");
    EXPECT_EQ(raw("-vnc :1,password=on"), "-vnc :1,password=on");
    EXPECT_EQ(raw("-vnc example.org:1"), "-vnc example.org:1");
}

TEST(Import, WarnsOfAnIdThatWouldBeThereTwice) {
    const std::string own = "-nic user ";
    EXPECT_NE(said(own + "-netdev tap,id=net0 -device e1000,netdev=net0")
                  .find("'netdev net0' has the name of something that the XML brings"),
              std::string::npos);
    EXPECT_EQ(said(own + "-netdev tap,id=net7 -device e1000,netdev=net7").find("has the name"),
              std::string::npos);
}

TEST(Import, TellsWhatTheLaunchCouldNotDo) {
    EXPECT_NE(said("-drive file=/a,format=raw,readonly=on").find("such a guest cannot be started"),
              std::string::npos);
}

TEST(Import, HasTheReadersOfDefinitionsJudge) {
    EXPECT_NE(said("-nic user,mac=01:00:00:00:00:00").find("error: MAC address"),
              std::string::npos);
    EXPECT_NE(said("-kernel /a/../b").find("error: path"), std::string::npos);
    EXPECT_NE(said("-initrd /a").find("error: <initrd> without <kernel>"), std::string::npos);
    EXPECT_NE(said("-drive file=/a,if=virtio,serial=ä").find("error: serial number"),
              std::string::npos);
}

TEST(Import, KnowsTheAcceleratorAndTheArchitecture) {
    EXPECT_EQ(guest("").type, DomainType::qemu);
    EXPECT_EQ(guest("-enable-kvm").type, DomainType::kvm);
    EXPECT_EQ(guest("-machine pc,accel=kvm:tcg").type, DomainType::kvm);
    EXPECT_EQ(guest("-accel tcg").type, DomainType::qemu);
    EXPECT_EQ(read_argv("l", "qemu-kvm -name a").definition->type, DomainType::kvm);
    EXPECT_EQ(read_argv("l", "qemu-kvm -no-kvm").definition->type, DomainType::qemu);
    EXPECT_EQ(read_argv("l", "qemu-system-i386").definition->os.arch, "i686");
    EXPECT_EQ(read_argv("l", "qemu-system-aarch64 -M virt").definition->os.arch, "aarch64");
    EXPECT_EQ(guest("-cpu qemu32").os.arch, "i686");
    EXPECT_EQ(guest("-cpu qemu32").cpu_mode, "");
}

} // namespace
} // namespace vmwarden::native
