// SPDX-License-Identifier: LGPL-2.1-or-later
// Definitions made at random, of what each dialect can hold: the line that each gives is read and
// written again, and is the same.
#include "src/domain/domain_xml.h"
#include "src/native/legacy_xml.h"
#include "src/native/native.h"
#include "src/native/read_argv.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>

namespace vmwarden::native {
namespace {

constexpr unsigned guests = 400;

class Maker {
  public:
    explicit Maker(unsigned seed)
      : random_(seed) {}

    GuestDefinition of_2009() {
        common();
        guest_.os.machine = pick<std::string>({"pc", "isapc", "pc-0.10", ""});
        guest_.emulator = guest_.type == DomainType::kvm
                              ? pick<std::string>({"", "/opt/kvm/bin/qemu", "/usr/bin/qemu-kvm"})
                              : pick<std::string>({"", "/usr/bin/qemu", "/usr/bin/qemu-kvm",
                                                   "/usr/bin/qemu-system-x86_64", "/opt/a b/qemu"});
        if (chance()) custom_cpu("core2duo");
        if (chance()) guest_.on_reboot = LifecycleAction::destroy;
        drives({DiskBus::ide, DiskBus::scsi, DiskBus::virtio, DiskBus::fdc, DiskBus::usb},
               {DiskCache::none, DiskCache::writeback, DiskCache::writethrough});
        boot({BootDevice::hd, BootDevice::cdrom, BootDevice::fd, BootDevice::network});
        cards({"", "e1000", "rtl8139", "virtio", "pcnet", "ne2k_pci"});
        serials();
        display({"vga", "cirrus"}, {Input::Type::tablet, Input::Type::mouse});
        for (auto& graphics : guest_.graphics)
            graphics.port = 5900 + static_cast<int>(number(90));
        return guest_;
    }

    GuestDefinition of_today() {
        common();
        guest_.os.machine = pick<std::string>({"pc", "q35", "pc-i440fx-7.2", "pc-q35-7.2"});
        guest_.emulator = pick<std::string>({"", "/usr/bin/qemu-system-x86_64"});
        if (chance()) guest_.uuid = Uuid::parse("c7a5fdbd-edaf-9455-926a-d65c16db1809");
        if (chance()) custom_cpu("Nehalem-v2");
        if (chance()) guest_.cpu_mode = "maximum", guest_.cpu_model.clear();
        (chance() ? guest_.on_reboot : guest_.on_poweroff) =
            pick<LifecycleAction>({LifecycleAction::destroy, LifecycleAction::restart});
        if (guest_.on_poweroff == LifecycleAction::restart)
            guest_.on_reboot = LifecycleAction::restart;
        const bool q35 = guest_.os.machine.find("q35") != std::string::npos;
        drives({q35 ? DiskBus::sata : DiskBus::ide, DiskBus::scsi, DiskBus::virtio, DiskBus::fdc,
                DiskBus::usb},
               {DiskCache::none, DiskCache::writeback, DiskCache::writethrough,
                DiskCache::directsync, DiskCache::unsafe});
        for (auto& disk : guest_.disks)
            modern_drive(disk);
        cards({"virtio", "e1000", "e1000e", "rtl8139", "pcnet", "vmxnet3"});
        boot(kinds_there());
        serials();
        consoles();
        display({"vga", "cirrus", "qxl", "virtio", "none"},
                {Input::Type::tablet, Input::Type::mouse, Input::Type::keyboard});
        for (auto& graphics : guest_.graphics)
            graphics.port = chance() ? -1 : 5900 + static_cast<int>(number(90));
        guest_.memballoon = chance();
        if (chance()) guest_.raw_arguments = {{"-object", {}}, {"secret,id=r 1", {}}};
        small_devices();
        board();
        memory();
        networks();
        tune_disks();
        sound();
        host();
        ports();
        if (chance()) guest_.raw_environment = {{"G_DEBUG", "it's; $x", {}}};
        return guest_;
    }

  private:
    void small_devices() {
        if (chance()) guest_.rngs.push_back({.backend = RngBackend::builtin});
        if (chance()) guest_.rngs.push_back({.path = "/dev/random", .bytes = 512, .period = 9});
        if (chance())
            guest_.watchdogs.push_back({WatchdogModel::i6300esb, WatchdogAction::pause, {}});
        if (chance()) guest_.panics.push_back({PanicModel::isa, {}});
        if (chance()) guest_.vsock = Vsock{.cid = 3};
        if (chance())
            guest_.timers.push_back({.name = TimerName::rtc, .tick = TickPolicy::catchup});
        if (chance()) {
            guest_.vcpus = 8;
            guest_.cpu.topology = CpuTopology{2, 1, 2, 2};
        }
        if (!guest_.cpu_mode.empty() && chance())
            guest_.cpu.features = {{"vmx", CpuFeaturePolicy::disable, {}},
                                   {"sse4.1", CpuFeaturePolicy::require, {}}};
        if (chance()) {
            guest_.os.firmware.smbios = SmbiosMode::sysinfo;
            guest_.system_information.tables = {
                {SmbiosKind::system, {{"serial", "a, b"}, {"sku", "=1"}}}};
        }
        if (chance()) guest_.system_information.fwcfg = {{"opt/a", "one,two"}};
    }

    void board() {
        if (chance()) guest_.timers.push_back({.name = TimerName::hpet, .present = chance()});
        if (chance() && guest_.features.acpi) {
            guest_.power.suspend_to_mem = chance();
            guest_.power.suspend_to_disk = false;
        }
        if (chance()) guest_.os.firmware.reboot_timeout = static_cast<int>(number(5000)) - 1;
        if (chance()) guest_.feature_details.vmcoreinfo = true;
        if (!chance()) return;
        guest_.os.firmware.loader = Loader{.path = "/fw/CODE.fd", .type = LoaderType::pflash};
        if (chance()) guest_.os.firmware.nvram = "/fw/a,b VARS.fd";
    }

    // In one piece, in cells, with a module.
    void memory() {
        constexpr std::uint64_t mebibyte = 1024 * 1024;
        auto& backing = guest_.memory_backing;
        if (chance()) backing.hugepages = true;
        if (backing.hugepages && chance()) backing.page_size = 2048;
        if (!backing.hugepages && chance()) backing.source = MemorySource::memfd;
        if (backing.source == MemorySource::memfd && chance())
            backing.access = MemoryAccess::shared;
        backing.immediate = chance();
        backing.locked = chance();
        if (number(3) == 0)
            guest_.numa_tune.memory = MemoryPlacement{NumaMode::interleave, NumberSet(0, 1)};
        if (chance() && guest_.vcpus > 1) {
            guest_.memory.count += mebibyte;
            const auto rest = guest_.memory.count - mebibyte;
            guest_.numa_cells = {{NumberSet(0, guest_.vcpus - 2), Bytes{mebibyte}},
                                 {NumberSet(guest_.vcpus - 1, guest_.vcpus - 1), Bytes{rest}}};
            if (chance()) guest_.numa_cells[0].distances = {{1, 21}};
        }
        if (chance() || !guest_.features.acpi) return;
        const Bytes module{4 * mebibyte};
        guest_.memory.count += module.count;
        guest_.max_memory = MaxMemory{Bytes{guest_.memory.count * 2}, 3};
        guest_.memory_modules = {{.size = module, .access = MemoryAccess::unsaid}};
    }

    void networks() {
        for (auto& card : guest_.interfaces) {
            const bool shared = guest_.memory_backing.access == MemoryAccess::shared;
            card.type = pick<InterfaceType>({InterfaceType::user, InterfaceType::bridge,
                                             InterfaceType::ethernet, InterfaceType::vhostuser});
            if (card.type == InterfaceType::vhostuser && (!shared || card.model != "virtio"))
                card.type = InterfaceType::user;
            if (card.type == InterfaceType::bridge) card.bridge = "br-7";
            if (card.type == InterfaceType::ethernet) card.target = "tap" + card.mac.substr(16);
            if (card.type == InterfaceType::vhostuser) card.socket = path();
            if (card.model != "virtio") continue;
            if (card.type != InterfaceType::user && chance()) card.driver.queues = 4;
            if (chance()) card.driver.tx_queue_size = 512;
            if (chance()) card.driver.guest = {{"tso4", false}, {"ecn", true}};
            if (chance()) card.mtu = 1400;
        }
    }

    void tune_disks() {
        if (chance()) guest_.iothreads.listed = {{2, {}}, {1, {.least = 4, .most = {}}}};
        for (auto& disk : guest_.disks) {
            auto& tuning = disk.tuning;
            const bool ata = disk.bus == DiskBus::ide || disk.bus == DiskBus::sata;
            const bool scsi = disk.bus == DiskBus::scsi;
            if (disk.bus == DiskBus::virtio && !guest_.iothreads.listed.empty())
                tuning.iothread = 2;
            if (disk.bus == DiskBus::virtio && chance()) tuning.queues = 3;
            if ((ata || scsi) && chance()) tuning.wwn = "5000c50015ea71ad";
            if (scsi && chance()) tuning.product = "Disk 7";
            if ((ata || scsi || disk.bus == DiskBus::virtio) && chance()) {
                tuning.on_error = ErrorPolicy::enospace;
                tuning.on_read_error = ErrorPolicy::stop;
            }
            if (disk.source.empty() || disk.device == DiskDevice::floppy) continue;
            if (chance()) tuning.discard = DiskDiscard::unmap;
            if (disk.cache == DiskCache::none && chance()) tuning.io = DiskIo::native;
            if (chance()) tuning.limits = IoTune{.limits = {.total_bytes = 1000, .read_iops = 9}};
        }
    }

    void sound() {
        if (chance()) guest_.audios = {{3, {}, AudioType::none}, {1, {}, AudioType::none}};
        const unsigned other = guest_.audios.empty() || chance() ? 0 : 1;
        if (guest_.audios.empty()) guest_.audios = {{1, {}, AudioType::none}};
        if (chance())
            guest_.sounds.push_back({SoundModel::ich9, {SoundCodec::micro, SoundCodec::output}});
        if (chance()) guest_.sounds.push_back({SoundModel::ich6, {}, other});
        if (chance()) guest_.sounds.push_back({SoundModel::es1370, {}, other});
        if (chance()) guest_.sounds.push_back({SoundModel::usb, {}, other});
    }

    void host() {
        if (chance()) {
            HostDevice usb;
            usb.model = UsbModel{0x951, 0x1666};
            if (chance()) usb.at = UsbPlace{1, 9};
            guest_.host_devices.push_back(usb);
        }
        if (chance()) {
            HostDevice pci;
            pci.type = HostDeviceType::pci;
            pci.pci = {0, 6, 2, 1};
            if (chance()) pci.rom.enabled = false;
            guest_.host_devices.push_back(pci);
        }
        if (chance()) {
            guest_.tpm = Tpm{.model = pick<TpmModel>({TpmModel::tis, TpmModel::crb})};
            if (chance()) guest_.tpm->backend = TpmBackend::passthrough;
        }
        if (chance()) {
            Filesystem share;
            share.access =
                pick<FilesystemAccess>({FilesystemAccess::mapped, FilesystemAccess::squash});
            share.directory = path();
            share.target = "t 1";
            share.immediate = chance();
            guest_.filesystems.push_back(share);
        }
    }

    void ports() {
        if (chance()) {
            CharacterDevice agent;
            agent.target = CharacterDevice::Target::virtio_channel;
            agent.source = CharacterSource::unix_listener;
            agent.name = "org.qemu.guest_agent.0";
            if (chance()) agent.path = "/run/qga";
            guest_.characters.push_back(agent);
        }
        if (chance()) {
            CharacterDevice printer;
            printer.target = CharacterDevice::Target::parallel;
            printer.source = CharacterSource::tcp_listener;
            printer.host = "::1";
            printer.service = 4555;
            printer.telnet = chance();
            if (chance()) printer.log = path();
            guest_.characters.push_back(printer);
        }
        // Serial ports first, consoles last, as the XML has them.
        const auto is_console = [](const CharacterDevice& character) {
            return character.target == CharacterDevice::Target::virtio_console;
        };
        std::ranges::stable_sort(guest_.characters, {}, is_console);
        if (chance()) guest_.inputs.push_back({Input::Type::keyboard, Input::Bus::virtio, {}});
    }

    std::mt19937 random_;
    GuestDefinition guest_;

    unsigned number(unsigned below) { return static_cast<unsigned>(random_() % below); }
    bool chance() { return number(2) == 0; }
    template <class T>
    T pick(std::vector<T> from) {
        return from[number(static_cast<unsigned>(from.size()))];
    }
    std::string path() {
        return pick<std::string>(
                   {"/srv/", "/srv/a b/", "/srv/a,b/", "/srv/it's/", "/srv/$HOME/", "/srv/ü=x/"}) +
               std::to_string(number(1000)) + ".img";
    }

    void common() {
        guest_.name = pick<std::string>({"web", "a-1.b_c+d"});
        guest_.type = pick<DomainType>({DomainType::qemu, DomainType::kvm});
        guest_.os.arch = pick<std::string>({"i686", "x86_64", ""});
        guest_.memory = Bytes{(1 + number(4096)) * 1024ULL * 1024};
        guest_.vcpus = 1 + number(16);
        guest_.features.acpi = chance();
        guest_.clock = pick<ClockOffset>({ClockOffset::utc, ClockOffset::localtime});
        if (number(3) == 0) {
            guest_.os.kernel = path();
            if (chance()) guest_.os.initrd = path();
            if (chance()) guest_.os.cmdline = "root=/dev/hda1 x='1,2' \"$y\"";
        }
    }
    void custom_cpu(const std::string& model) {
        guest_.cpu_mode = "custom";
        guest_.cpu_model = model;
    }

    void drives(const std::vector<DiskBus>& buses, const std::vector<DiskCache>& caches) {
        for (unsigned place = 0; place < 4; ++place) {
            Disk disk;
            disk.bus = pick(buses);
            if (disk.bus == DiskBus::fdc && place > 1) continue;
            const char* prefix = disk.bus == DiskBus::fdc      ? "fd"
                                 : disk.bus == DiskBus::virtio ? "vd"
                                 : disk.bus == DiskBus::ide    ? "hd"
                                                               : "sd";
            disk.target = std::string(prefix) + static_cast<char>('a' + place);
            disk.source = path();
            const bool can_eject =
                disk.bus == DiskBus::ide || disk.bus == DiskBus::scsi || disk.bus == DiskBus::sata;
            if (disk.bus == DiskBus::fdc) disk.device = DiskDevice::floppy;
            if (can_eject && number(3) == 0) {
                disk.device = DiskDevice::cdrom;
                disk.readonly = true;
                if (chance()) disk.source.clear();
            }
            if (!disk.source.empty() && number(4) == 0) {
                disk.type = DiskSource::block;
                disk.source = "/dev/vg/" + disk.target;
            }
            if (disk.bus != DiskBus::usb && !disk.source.empty()) {
                disk.format = pick<DiskFormat>({DiskFormat::raw, DiskFormat::qcow2});
                if (chance()) disk.cache = pick(caches);
            }
            guest_.disks.push_back(disk);
        }
    }
    void modern_drive(Disk& disk) {
        if (disk.device == DiskDevice::floppy) return;
        if (chance()) disk.serial = "S-1_2";
        if (disk.format == DiskFormat::raw && chance()) disk.shareable = true;
        const bool ata = disk.bus == DiskBus::ide || disk.bus == DiskBus::sata;
        if (!ata && chance()) disk.readonly = true;
        if (disk.source.empty()) return;
        for (auto above = disk.format; above == DiskFormat::qcow2 && chance();) {
            above = pick<DiskFormat>({DiskFormat::raw, DiskFormat::qcow2});
            disk.backing.push_back(
                {chance() ? DiskSource::file : DiskSource::block, above, path(), {}});
        }
        const auto bottom = disk.backing.empty() ? disk.format : disk.backing.back().format;
        disk.chain_ends = bottom == DiskFormat::qcow2 && chance();
    }

    void cards(const std::vector<std::string>& models) {
        for (unsigned i = number(3); i > 0; --i) {
            Interface card;
            card.model = pick(models);
            card.mac = "52:54:00:00:00:0" + std::to_string(i);
            guest_.interfaces.push_back(card);
        }
    }
    std::vector<BootDevice> kinds_there() {
        std::vector<BootDevice> kinds;
        const auto add = [&](BootDevice kind) {
            if (std::ranges::count(kinds, kind) == 0) kinds.push_back(kind);
        };
        for (const auto& disk : guest_.disks)
            add(disk.device == DiskDevice::cdrom    ? BootDevice::cdrom
                : disk.device == DiskDevice::floppy ? BootDevice::fd
                                                    : BootDevice::hd);
        if (!guest_.interfaces.empty()) add(BootDevice::network);
        return kinds;
    }
    void boot(std::vector<BootDevice> kinds) {
        if (kinds.empty()) return;
        std::ranges::shuffle(kinds, random_);
        kinds.resize(1 + number(static_cast<unsigned>(kinds.size())));
        guest_.os.boot = kinds;
    }

    CharacterSource back_end(CharacterDevice& character) {
        character.source =
            pick<CharacterSource>({CharacterSource::pty, CharacterSource::null,
                                   CharacterSource::file, CharacterSource::unix_listener});
        if (character.source == CharacterSource::file ||
            character.source == CharacterSource::unix_listener)
            character.path = path();
        return character.source;
    }
    void serials() {
        for (unsigned port = 0; port < 4; ++port) {
            if (chance()) continue;
            CharacterDevice serial;
            serial.port = port;
            back_end(serial);
            guest_.characters.push_back(serial);
        }
    }
    void consoles() {
        for (unsigned port = number(3); port > 0; --port) {
            CharacterDevice console;
            console.target = CharacterDevice::Target::virtio_console;
            console.port = static_cast<unsigned>(guest_.characters.size());
            console.append = back_end(console) == CharacterSource::file && chance();
            guest_.characters.push_back(console);
        }
    }

    void display(const std::vector<std::string>& models, const std::vector<Input::Type>& types) {
        for (unsigned i = number(3); i > 0; --i)
            guest_.inputs.push_back({pick(types), Input::Bus::usb, {}});
        if (chance()) return;
        Graphics vnc;
        vnc.listen = pick<std::string>({"", "127.0.0.1", "0.0.0.0", "::1"});
        vnc.keymap = pick<std::string>({"", "de"});
        guest_.graphics.push_back(vnc);
        if (chance()) guest_.videos.push_back({pick(models), {}});
    }
};

TEST(RoundTrip, OfALineOf2009) {
    for (unsigned seed = 0; seed < guests; ++seed) {
        const auto guest = Maker(seed).of_2009();
        const auto first = legacy_line(guest);
        ASSERT_TRUE(first.text) << seed << "\n" << render(first.diagnostics, {});
        const auto read = read_argv("line", *first.text);
        ASSERT_TRUE(read.definition) << *first.text << "\n"
                                     << render(read.diagnostics, *first.text);
        EXPECT_TRUE(read.of_2009) << *first.text;
        EXPECT_EQ(legacy_line(*read.definition).text, first.text) << seed;

        const auto xml = legacy_xml(*read.definition);
        const auto again = read_domain("xml", xml);
        ASSERT_TRUE(again.definition) << xml << render(again.diagnostics, xml);
        auto expected = strip_places(*read.definition);
        auto got = strip_places(*again.definition);
        expected.uuid = Uuid();
        expected.current_memory = expected.memory;
        if (expected.os.machine.empty()) expected.os.machine = "pc";
        EXPECT_EQ(write_domain(got), write_domain(expected)) << xml;
        EXPECT_TRUE(got == expected) << xml;
        ASSERT_FALSE(HasFailure()) << *first.text;
    }
}

TEST(RoundTrip, OfALineOfToday) {
    for (unsigned seed = 0; seed < guests; ++seed) {
        const auto guest = Maker(seed).of_today();
        const auto first = modern_line(guest);
        ASSERT_TRUE(first.text) << seed << "\n" << render(first.diagnostics, {});
        const auto read = read_argv("line", *first.text);
        ASSERT_TRUE(read.definition) << *first.text << "\n"
                                     << render(read.diagnostics, *first.text);
        const auto xml = write_domain(*read.definition);
        EXPECT_EQ(modern_line(*read.definition).text, first.text) << seed << "\n" << xml;
        auto disks = strip_places(*read.definition).disks;
        for (auto& disk : disks)
            disk.info = {}; // the line says where each is
        EXPECT_EQ(disks, guest.disks) << seed << "\n" << xml;
        EXPECT_EQ(strip_places(*read.definition).raw_arguments, guest.raw_arguments);
        const auto again = read_domain("xml", xml);
        ASSERT_TRUE(again.definition) << xml << render(again.diagnostics, xml);
        EXPECT_TRUE(strip_places(*again.definition) == strip_places(*read.definition)) << xml;
        ASSERT_FALSE(HasFailure()) << *first.text;
    }
}

} // namespace
} // namespace vmwarden::native
