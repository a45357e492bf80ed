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

TEST(Import, FillsATopologyAsQemuDoes) {
    using Topology = CpuTopology;
    const auto topology = [](const std::string& options) {
        EXPECT_EQ(raw(options), "");
        return guest(options).cpu.topology;
    };
    EXPECT_FALSE(topology("-smp 4"));
    EXPECT_FALSE(topology("-smp 4,sockets=4,cores=1,threads=1"));
    EXPECT_EQ(topology("-smp 4,cores=4"), (Topology{1, 1, 4, 1}));
    EXPECT_EQ(topology("-smp 8,sockets=2,threads=2"), (Topology{2, 1, 2, 2}));
    EXPECT_EQ(topology("-smp 8,threads=2"), (Topology{1, 1, 4, 2}));
    EXPECT_EQ(topology("-smp 8,dies=2,cores=2"), (Topology{2, 2, 2, 1}));
    EXPECT_EQ(topology("-smp cores=2,threads=2"), (Topology{1, 1, 2, 2}));
    EXPECT_EQ(guest("-smp cores=2,threads=2").vcpus, 4U);
    EXPECT_EQ(topology("-smp 2,maxcpus=8,cores=2"), (Topology{4, 1, 2, 1}));
    EXPECT_EQ(guest("-smp 2,maxcpus=8,cores=2").current_vcpus, 2U);
    EXPECT_EQ(raw("-smp 6,clusters=2,cores=3"), "-smp 6,clusters=2,cores=3");
    for (const auto* wrong : {"-smp 0", "-smp cores=0", "-smp x", "-smp 4,cores=99999999"})
        EXPECT_FALSE(read(wrong).definition) << wrong;
}

TEST(Import, TakesFeaturesOfTheProcessor) {
    const auto cpu = guest("-cpu Nehalem,+sse4.2,-vmx,aes=off,enforce=on").cpu;
    EXPECT_EQ(cpu.check, CpuCheck::full);
    ASSERT_EQ(cpu.features.size(), 3U);
    EXPECT_EQ(cpu.features[0].name, "sse4.2");
    EXPECT_EQ(cpu.features[1].policy, CpuFeaturePolicy::disable);
    EXPECT_EQ(cpu.features[2].policy, CpuFeaturePolicy::disable);
    // KVM may be said behind it.
    const auto windows = guest("-cpu host,hv_relaxed,hv-spinlocks=0x1fff,kvm=off -enable-kvm");
    EXPECT_EQ(windows.cpu_mode, "host-passthrough");
    EXPECT_EQ(windows.feature_details.spinlock_retries, 8191U);
    EXPECT_EQ(windows.feature_details.hyperv.size(), 2U);
    EXPECT_EQ(windows.feature_details.kvm.size(), 1U);
    EXPECT_EQ(raw("-cpu host,hv_relaxed,kvm=off -enable-kvm"), "");
    EXPECT_EQ(guest("-cpu qemu64,phys-bits=40").cpu.address_bits, 40U);
    EXPECT_EQ(raw("-cpu qemu64,phys-bits=99"), "-cpu qemu64,phys-bits=99");
    EXPECT_EQ(raw("-cpu qemu64,vendor=TooLongForThis"), "-cpu qemu64,vendor=TooLongForThis");
    EXPECT_EQ(raw("-cpu qemu64,+ssse3,hv-time"), "-cpu qemu64,+ssse3,hv-time");
    EXPECT_TRUE(guest("-cpu qemu64,+ssse3,hv-time").cpu.features.empty());
}

TEST(Import, TakesSmallDevices) {
    const auto made =
        guest("-object rng-random,id=r,filename=/dev/random -device virtio-rng-pci,rng=r,"
              "max-bytes=1024,period=1000,iommu_platform=on -device virtio-rng-pci "
              "-device i6300esb -watchdog-action poweroff -device pvpanic "
              "-device vhost-vsock-pci,guest-cid=3");
    EXPECT_TRUE(made.raw_arguments.empty()) << made.raw_arguments[0].value;
    ASSERT_EQ(made.rngs.size(), 2U);
    EXPECT_EQ(made.rngs[0].path, "/dev/random");
    EXPECT_EQ(made.rngs[0].bytes, 1024U);
    EXPECT_EQ(made.rngs[0].info.virtio.size(), 1U);
    EXPECT_EQ(made.rngs[1].backend, RngBackend::builtin);
    ASSERT_EQ(made.watchdogs.size(), 1U);
    EXPECT_EQ(made.watchdogs[0].action, WatchdogAction::poweroff);
    EXPECT_EQ(made.panics.size(), 1U);
    EXPECT_EQ(made.vsock->cid, 3U);
    EXPECT_EQ(raw("-object rng-egd,id=r,chardev=c -device virtio-rng-pci,rng=r"),
              "-object rng-egd,id=r,chardev=c -device virtio-rng-pci,rng=r");
    EXPECT_EQ(raw("-object secret,id=s,data=x"), "-object secret,id=s,data=x");
}

TEST(Import, TakesWhatFirmwareTells) {
    const auto made =
        guest("-smbios type=0,vendor=a,,b,release=1.2 -smbios type=11,value=x,value=y "
              "-fw_cfg name=opt/a,string=text -fw_cfg opt/b,file=/srv/b");
    EXPECT_TRUE(made.raw_arguments.empty());
    EXPECT_EQ(made.os.firmware.smbios, SmbiosMode::sysinfo);
    ASSERT_EQ(made.system_information.tables.size(), 2U);
    EXPECT_EQ(made.system_information.tables[0].entries[0].value, "a,b");
    EXPECT_EQ(made.system_information.tables[1].entries.size(), 2U);
    EXPECT_EQ(made.system_information.fwcfg.size(), 2U);
    EXPECT_EQ(raw("-smbios type=4,manufacturer=x -smbios file=/t"),
              "-smbios type=4,manufacturer=x -smbios file=/t");
    EXPECT_EQ(raw("-fw_cfg name=etc/x,string=y"), "-fw_cfg name=etc/x,string=y");
}

TEST(Import, TakesSpiceWithoutAPassword) {
    const auto made = guest("-spice port=5930,addr=127.0.0.1,disable-ticketing=on,agent-mouse=off,"
                            "plaintext-channel=main,plaintext-channel=inputs,streaming-video=off");
    ASSERT_EQ(made.graphics.size(), 1U);
    EXPECT_EQ(made.graphics[0].port, 5930);
    EXPECT_EQ(made.graphics[0].spice.channels.size(), 2U);
    EXPECT_EQ(made.graphics[0].spice.client_mouse, false);
    EXPECT_TRUE(made.raw_arguments.empty());
    EXPECT_EQ(raw("-spice port=5930,password-secret=s"), "-spice port=5930,password-secret=s");
    EXPECT_NE(said("-spice port=5930,disable-ticketing=on").find("every address"),
              std::string::npos);
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
    EXPECT_EQ(raw("-netdev user,id=n,dns=10.0.0.1 -device e1000,netdev=n"),
              "-netdev user,id=n,dns=10.0.0.1 -device e1000,netdev=n");
    EXPECT_EQ(raw("-chardev socket,id=c,host=a,port=1 -device isa-serial,chardev=c"),
              "-chardev socket,id=c,host=a,port=1 -device isa-serial,chardev=c");
    EXPECT_EQ(raw("-drive file=nbd:localhost:1,if=virtio"),
              "-drive file=nbd:localhost:1,if=virtio");
    EXPECT_EQ(raw("-drive file=/a,if=virtio,encrypt=on"), "-drive file=/a,if=virtio,encrypt=on");
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
    EXPECT_EQ(guest("-vnc unix:/s").graphics[0].socket, "/s");
    EXPECT_EQ(raw("-vnc unix:s"), "-vnc unix:s");
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
