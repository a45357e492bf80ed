// SPDX-License-Identifier: LGPL-2.1-or-later
// Devices of the line that have a place in the XML, and the words about them that have none.
#include "src/native/read_argv.h"

#include <gtest/gtest.h>

namespace vmwarden::native {
namespace {

ImportedLine read(const std::string& options) {
    return read_argv("line", "/usr/bin/qemu-system-x86_64 -name web -nodefaults -display none "
                             "-m 1G -smp 4 " +
                                 options);
}

GuestDefinition guest(const std::string& options) {
    auto line = read(options);
    EXPECT_TRUE(line.definition) << options << "\n" << render(line.diagnostics, {});
    return line.definition.value_or(GuestDefinition());
}

std::string raw(const std::string& options) {
    std::string out;
    for (const auto& argument : guest(options).raw_arguments)
        out += (out.empty() ? "" : " ") + argument.value;
    return out;
}

// Kept word for word, each option with a warning.
void expect_kept(const std::string& options) {
    EXPECT_EQ(raw(options), options);
    EXPECT_NE(render(read(options).diagnostics, {}).find("kept in <qemu:commandline>"),
              std::string::npos)
        << options;
}

std::string said(const std::string& options) {
    return render(read(options).diagnostics, {});
}

constexpr std::uint64_t mebibyte = 1024 * 1024;

TEST(ImportDevices, FindsTheCodecsOfASoundCard) {
    const auto plain = guest("-device intel-hda -device hda-duplex");
    ASSERT_EQ(plain.sounds.size(), 1U);
    EXPECT_TRUE(plain.sounds[0].codecs.empty());
    const auto two = guest("-audiodev none,id=n -audiodev spice,id=audio7 "
                           "-device ich9-intel-hda,id=a -device hda-micro,bus=a.0,audiodev=audio7 "
                           "-device hda-output,bus=a.0,cad=1,audiodev=audio7");
    ASSERT_EQ(two.audios.size(), 2U);
    EXPECT_EQ(two.audios[1].id, 7U);
    ASSERT_EQ(two.sounds.size(), 1U);
    EXPECT_EQ(two.sounds[0].audio, 7U);
    EXPECT_EQ(two.sounds[0].codecs, (std::vector{SoundCodec::micro, SoundCodec::output}));
}

TEST(ImportDevices, LeavesTheHostsOwnSoundToQemu) {
    expect_kept("-audiodev pa,id=a -device AC97,audiodev=a");
    expect_kept("-audiodev none,id=a,out.frequency=44100 -device ES1370,audiodev=a");
    expect_kept("-device intel-hda,id=h -device hda-duplex,bus=h.0,cad=3");
    expect_kept("-device intel-hda");
    expect_kept("-audio pa,model=hda");
    expect_kept("-soundhw ac97,gus");
}

TEST(ImportDevices, SaysThatNamesHaveChanged) {
    EXPECT_NE(said("-audiodev none,id=snd -device virtio-sound-pci,audiodev=snd")
                  .find("audio back end 'snd' is called 'audio1'"),
              std::string::npos);
    EXPECT_NE(said("-object iothread,id=io -device nvme,iothread=io")
                  .find("I/O thread 'io' is called 'iothread1'"),
              std::string::npos);
    EXPECT_EQ(said("-object iothread,id=io").find("is called"), std::string::npos);
}

TEST(ImportDevices, TakesTheShortWordsForSound) {
    EXPECT_EQ(guest("-soundhw ac97,hda").sounds.size(), 2U);
    const auto both = guest("-audio none,model=es1370");
    ASSERT_EQ(both.sounds.size(), 1U);
    EXPECT_EQ(both.sounds[0].model, SoundModel::es1370);
    ASSERT_EQ(both.audios.size(), 1U);
    EXPECT_EQ(guest("-machine pc,pcspk-audiodev=a -audiodev none,id=a").sounds[0].model,
              SoundModel::pcspk);
    EXPECT_EQ(raw("-machine pc,pcspk-audiodev=a"), "-machine pcspk-audiodev=a");
}

TEST(ImportDevices, TakesCellsAndTheirMemory) {
    const auto both = guest("-object memory-backend-ram,id=a,size=512M "
                            "-object memory-backend-ram,id=b,size=512M "
                            "-numa node,nodeid=0,cpus=0-1,memdev=a -numa node,cpus=2,cpus=3,"
                            "memdev=b -numa dist,src=0,dst=1,val=21");
    ASSERT_EQ(both.numa_cells.size(), 2U);
    EXPECT_EQ(both.numa_cells[0].memory.count, 512 * mebibyte);
    EXPECT_EQ(both.numa_cells[1].cpus.text(), "2-3");
    EXPECT_EQ(both.numa_cells[0].distances, (std::vector{CellDistance{1, 21}}));
    EXPECT_EQ(guest("-numa node,mem=256 -numa node,mem=768M,cpus=0-3").numa_cells[0].memory.count,
              256 * mebibyte);
    EXPECT_EQ(guest("-numa node").numa_cells[0].cpus.text(), "0-3");
}

TEST(ImportDevices, FindsTheProcessorsOfACellInTheTopology) {
    const auto cells = guest("-smp 4,sockets=2,cores=2,threads=1 -numa node,nodeid=0,mem=512 "
                             "-numa node,nodeid=1,mem=512 -numa cpu,node-id=0,socket-id=1 "
                             "-numa cpu,node-id=1,socket-id=0,core-id=0 "
                             "-numa cpu,node-id=1,socket-id=0,core-id=1")
                           .numa_cells;
    ASSERT_EQ(cells.size(), 2U);
    EXPECT_EQ(cells[0].cpus.text(), "2-3");
    EXPECT_EQ(cells[1].cpus.text(), "0-1");
}

TEST(ImportDevices, KeepsCellsThatItCannotSayAllTogether) {
    expect_kept("-numa node,cpus=0-1 -numa node,cpus=2-3");
    expect_kept("-numa node,cpus=0-3,mem=512");                    // not all of the memory
    expect_kept("-numa node,cpus=0-1,mem=512 -numa node,mem=512"); // nor of the processors
    expect_kept("-numa node,cpus=0-3,mem=1G -numa hmat-lb,initiator=0,target=0");
    expect_kept("-object memory-backend-file,id=a,size=1G,mem-path=/srv/ram "
                "-numa node,memdev=a");
    expect_kept("-numa node,nodeid=1,mem=1G");
    expect_kept("-numa node,cpus=0-9999999999");
}

TEST(ImportDevices, SeesWhatMemoryIsMadeOf) {
    const auto shared = guest("-object memory-backend-file,id=m,size=1G,mem-path=/dev/shm,share=on "
                              "-machine pc,memory-backend=m")
                            .memory_backing;
    EXPECT_EQ(shared.access, MemoryAccess::shared);
    EXPECT_EQ(shared.source, MemorySource::memfd);
    const auto huge = guest("-object memory-backend-file,id=m,size=1G,prealloc=on,"
                            "mem-path=/dev/hugepages1G/x -numa node,memdev=m");
    EXPECT_TRUE(huge.memory_backing.hugepages);
    EXPECT_TRUE(huge.memory_backing.immediate);
    EXPECT_EQ(huge.memory_backing.page_size, 1024U * 1024);
    const auto placed = guest("-object memory-backend-ram,id=m,size=1G,policy=bind,host-nodes=0-1 "
                              "-machine pc,memory-backend=m");
    ASSERT_TRUE(placed.numa_tune.memory);
    EXPECT_EQ(placed.numa_tune.memory->nodes.text(), "0-1");
    EXPECT_TRUE(guest("-mem-path /dev/hugepages -mem-prealloc").memory_backing.immediate);
    EXPECT_EQ(raw("-mem-path /srv/ram"), "-mem-path /srv/ram");
    EXPECT_TRUE(guest("-overcommit mem-lock=on").memory_backing.locked);
    expect_kept("-overcommit mem-lock=on,cpu-pm=on");
}

TEST(ImportDevices, CountsModulesAsMemory) {
    const auto one = guest("-m 1G,slots=2,maxmem=4G -object memory-backend-ram,id=d,size=256M "
                           "-device pc-dimm,memdev=d,slot=1,id=ua-dimm");
    EXPECT_EQ(one.memory.count, 1280 * mebibyte);
    ASSERT_EQ(one.memory_modules.size(), 1U);
    EXPECT_EQ(one.memory_modules[0].info.alias, "ua-dimm");
    ASSERT_TRUE(one.max_memory);
    EXPECT_EQ(one.max_memory->slots, 2U);
    expect_kept("-object memory-backend-ram,id=d,size=256M -device pc-dimm,memdev=d");
    EXPECT_EQ(raw("-m 1G,slots=2,maxmem=1G"), "-m slots=2,maxmem=1G");
    EXPECT_EQ(raw("-m 1G,slots=2"), "-m slots=2");
}

TEST(ImportDevices, TakesNetworksThatNeedNoScript) {
    const auto tap = guest("-netdev tap,id=n,ifname=tap7,script=no,downscript=no,vhost=on,queues=4 "
                           "-device virtio-net-pci,netdev=n,mq=on,vectors=10,rx_queue_size=512,"
                           "host_mtu=9000,csum=off")
                         .interfaces;
    ASSERT_EQ(tap.size(), 1U);
    EXPECT_EQ(tap[0].target, "tap7");
    EXPECT_EQ(tap[0].driver.name, "vhost");
    EXPECT_EQ(tap[0].driver.queues, 4U);
    EXPECT_EQ(tap[0].driver.rx_queue_size, 512U);
    EXPECT_EQ(tap[0].mtu, 9000U);
    EXPECT_EQ(guest("-netdev bridge,id=n -device e1000,netdev=n").interfaces[0].bridge, "br0");
    EXPECT_EQ(guest("-nic bridge,br=lan0,model=virtio-net-pci").interfaces[0].bridge, "lan0");
    const auto shared =
        guest("-chardev socket,id=c,path=/run/ovs -netdev vhost-user,id=n,chardev=c "
              "-device virtio-net-pci,netdev=n");
    EXPECT_EQ(shared.interfaces[0].socket, "/run/ovs");
    expect_kept("-netdev tap,id=n,ifname=tap0 -device e1000,netdev=n");
    expect_kept("-netdev tap,id=n,ifname=tap0,script=/etc/up -device e1000,netdev=n");
    expect_kept("-netdev socket,id=n,listen=:1234 -device e1000,netdev=n");
    expect_kept("-netdev user,id=n,hostfwd=tcp::22-:22 -device e1000,netdev=n");
}

TEST(ImportDevices, TakesModelsOfVirtioAndWhatQemuSaysOfItself) {
    EXPECT_EQ(guest("-device virtio-rng-pci-non-transitional").rngs[0].info.model,
              VirtioModel::non_transitional);
    EXPECT_EQ(guest("-device virtio-scsi-pci-transitional,id=s").controllers[0].info.model,
              VirtioModel::transitional);
    EXPECT_EQ(guest("-device virtio-scsi-pci-transitional,id=s").controllers[0].model, "");
    expect_kept("-device vhost-vsock-pci-transitional,guest-cid=7");
    expect_kept("-device virtio-keyboard-pci-fast");
    EXPECT_EQ(guest("-netdev user,id=n,net=10.1.0.0/16 -device e1000,netdev=n").interfaces[0].ipv4,
              "10.1.0.0");
    expect_kept("-netdev user,id=n,net=10.1.0.0/31 -device e1000,netdev=n");
    EXPECT_TRUE(guest("-device vmgenid,guid=0be4c1a9-6f26-4d32-9b5c-2f9f3a4f6c11").generation_id);
    expect_kept("-device vmgenid,guid=auto");
    EXPECT_EQ(guest("-accel tcg,tb-size=64").feature_details.tcg_cache, 64U * 1024);
    EXPECT_EQ(guest("-vga none -device virtio-vga-gl").videos[0].accel3d, true);
}

TEST(ImportDevices, SaysThatDescriptorsAreGone) {
    const std::string line = "-netdev tap,fds=33:34,id=n,vhost=on,vhostfds=35:36 "
                             "-device virtio-net-pci,netdev=n,mq=on,vectors=6";
    const auto cards = guest(line).interfaces;
    ASSERT_EQ(cards.size(), 1U);
    EXPECT_EQ(cards[0].type, InterfaceType::ethernet);
    EXPECT_EQ(cards[0].driver.queues, 2U);
    EXPECT_NE(said(line).find("on no bridge"), std::string::npos);
}

TEST(ImportDevices, TakesDevicesOfTheHosts) {
    const auto pci = guest("-device vfio-pci,host=01:00.1,romfile=/srv/card.rom").host_devices;
    ASSERT_EQ(pci.size(), 1U);
    EXPECT_EQ(pci[0].pci.text(), "0000:01:00.1");
    EXPECT_EQ(pci[0].rom.file, "/srv/card.rom");
    EXPECT_EQ(guest("-device vfio-pci,sysfsdev=/sys/bus/pci/devices/0001:41:1f.7")
                  .host_devices[0]
                  .pci.domain,
              1U);
    expect_kept("-device vfio-pci,host=01:00.0,x-vga=on");
    expect_kept("-device vfio-pci,host=01:00");
    expect_kept("-device vfio-pci,host=01:00.9");
    const auto usb = guest("-device usb-host,vendorid=0x0951,productid=0x1666 "
                           "-usbdevice host:1.4 -device usb-host,hostdevice=/dev/bus/usb/001/009")
                         .host_devices;
    ASSERT_EQ(usb.size(), 3U);
    EXPECT_EQ(usb[0].at->device, 4U);
    EXPECT_EQ(usb[1].model->product, 0x1666);
    EXPECT_EQ(usb[2].at->device, 9U);
    expect_kept("-device usb-host,hostbus=1,hostport=2.1");
    expect_kept("-device usb-host,vendorid=0x0951");
}

TEST(ImportDevices, TakesATpmAndLeavesItsServer) {
    const std::string line = "-chardev socket,id=c,path=/tmp/tpm/sock -tpmdev emulator,id=t,"
                             "chardev=c -device tpm-crb,tpmdev=t";
    ASSERT_TRUE(guest(line).tpm);
    EXPECT_EQ(guest(line).tpm->model, TpmModel::crb);
    EXPECT_NE(said(line).find("the agent starts its own"), std::string::npos);
    EXPECT_EQ(guest("-tpmdev passthrough,id=t,path=/dev/tpm1 -device tpm-tis,tpmdev=t").tpm->device,
              "/dev/tpm1");
    expect_kept("-tpmdev emulator,id=t,chardev=c -device tpm-tis,tpmdev=t");
}

TEST(ImportDevices, TakesDirectoriesThatItMayShare) {
    const auto one = guest("-virtfs local,path=/srv,mount_tag=a,security_model=mapped-xattr,"
                           "fmode=0640")
                         .filesystems;
    ASSERT_EQ(one.size(), 1U);
    EXPECT_EQ(one[0].access, FilesystemAccess::mapped);
    EXPECT_EQ(one[0].file_mode, 0640U);
    EXPECT_TRUE(guest("-fsdev local,id=f,path=/srv,security_model=passthrough,readonly=on "
                      "-device virtio-9p-pci,fsdev=f,mount_tag=a")
                    .filesystems[0]
                    .readonly);
    EXPECT_EQ(guest("-chardev socket,id=c,path=/run/fs -device vhost-user-fs-pci,chardev=c,tag=t")
                  .filesystems[0]
                  .socket,
              "/run/fs");
    expect_kept("-virtfs local,path=/srv,mount_tag=a,security_model=passthrough");
    expect_kept("-virtfs local,path=/srv,mount_tag=a,security_model=mapped-file");
    expect_kept("-virtfs local,path=srv,mount_tag=a,security_model=none");
}

TEST(ImportDevices, TakesPortsWithTheirOtherEnds) {
    const auto agent = guest("-device virtio-serial-pci -chardev socket,id=c,path=/run/qga,"
                             "server=on,wait=off -device virtserialport,chardev=c,"
                             "name=org.qemu.guest_agent.0")
                           .characters;
    ASSERT_EQ(agent.size(), 1U);
    EXPECT_EQ(agent[0].name, "org.qemu.guest_agent.0");
    EXPECT_EQ(agent[0].path, "/run/qga");
    EXPECT_EQ(guest("-serial telnet:127.0.0.1:4444,server,nowait").characters[0].service, 4444U);
    EXPECT_EQ(guest("-parallel /dev/parport0").characters[0].path, "/dev/parport0");
    expect_kept("-serial tcp:127.0.0.1:4444,server=on");
    expect_kept("-serial udp:127.0.0.1:4444");
    expect_kept("-chardev pty,id=c -device virtserialport,chardev=c");
}

// The XML of then would lose them.
TEST(ImportDevices, KnowsWhatIsNotOf2009) {
    const auto old = [](const std::string& options) {
        return read_argv("line", "/usr/bin/qemu -M pc -m 64 -nographic -hda /a.img " + options)
            .of_2009;
    };
    EXPECT_TRUE(old("-serial pty -serial file:/l -parallel none"));
    for (const auto* later :
         {"-serial tcp:127.0.0.1:4000,server,nowait", "-serial /dev/ttyS0", "-parallel pty",
          "-vnc unix:/s", "-drive file=/b,if=ide,index=1,snapshot=on", "-usbdevice host:1.2",
          "-drive file=/b,if=ide,index=1,werror=stop", "-net nic -net tap,ifname=t,script=no"})
        EXPECT_FALSE(old(later)) << later;
}

TEST(ImportDevices, TakesFirmware) {
    const auto flash = guest("-drive if=pflash,format=raw,readonly=on,file=/CODE.fd "
                             "-drive if=pflash,format=raw,file=/VARS.fd")
                           .os.firmware;
    ASSERT_TRUE(flash.loader);
    EXPECT_EQ(flash.loader->path, "/CODE.fd");
    EXPECT_EQ(flash.nvram, "/VARS.fd");
    EXPECT_EQ(guest("-bios /OVMF.fd").os.firmware.loader->path, "/OVMF.fd");
    expect_kept("-bios OVMF.fd");
    expect_kept("-drive if=pflash,format=qcow2,file=/VARS.fd");
    expect_kept("-global driver=cfi.pflash01,property=secure,value=on");
}

TEST(ImportDevices, TakesWhatIsSaidOfTheBoard) {
    const auto board = guest("-machine q35,hpet=off,kernel_irqchip=split -enable-kvm -global "
                             "ICH9-LPC.disable_s3=1 -global kvm-pit.lost_tick_policy=delay "
                             "-global q35-pcihost.pci-hole64-size=4G -no-hpet");
    EXPECT_EQ(board.feature_details.ioapic, IoapicDriver::qemu);
    EXPECT_EQ(board.power.suspend_to_mem, false);
    EXPECT_EQ(board.timers.size(), 2U);
    EXPECT_EQ(board.controllers[0].pci.hole64, 4U * 1024 * 1024);
    expect_kept("-global ICH9-LPC.acpi-pci-hotplug-with-bridge-support=on");
    expect_kept("-global PIIX4_PM.disable_s3=x");
}

TEST(ImportDevices, NumbersThreadsAndLimitsOfDisks) {
    const auto disks = guest("-object iothread,id=io-a -drive file=/a,if=none,id=d,format=raw,"
                             "throttling.bps-total=1000,iops=20 -device virtio-blk-pci,drive=d,"
                             "iothread=io-a,werror=stop,physical_block_size=4096")
                           .disks;
    ASSERT_EQ(disks.size(), 1U);
    EXPECT_EQ(disks[0].tuning.iothread, 1U);
    EXPECT_EQ(disks[0].tuning.limits->limits.total_iops, 20U);
    EXPECT_EQ(disks[0].tuning.on_error, ErrorPolicy::stop);
    EXPECT_EQ(disks[0].tuning.physical_block, 4096U);
    expect_kept("-object iothread,id=t,poll-max-ns=5");
    EXPECT_TRUE(guest("-drive file=/a,if=virtio,format=raw,snapshot=on").disks[0].transient);
    EXPECT_EQ(guest("-drive file=nbd://h/x,if=virtio,format=raw").disks[0].type,
              DiskSource::network);
    expect_kept("-drive file=/a,if=virtio,iops=5,iops_rd=3");
}

} // namespace
} // namespace vmwarden::native
