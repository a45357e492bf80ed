// SPDX-License-Identifier: LGPL-2.1-or-later
// Definitions made at random, of everything that words.h has a word for. The same seed makes the
// same one.
#pragma once

#include "src/domain/display_words.h"
#include "src/domain/guest_definition.h"

#include <algorithm>
#include <random>

namespace vmwarden::domain {

class Maker {
  public:
    explicit Maker(unsigned seed)
      : random_(seed) {}

    GuestDefinition guest() {
        GuestDefinition made;
        made.type = any(domain_types);
        made.name = "guest-" + std::to_string(number(1, 99));
        made.memory = Bytes{std::uint64_t{number(1, 4096)} << 20};
        if (chance()) made.title = "a <title> & \"more\"";
        made.os.machine = chance() ? "q35" : "pc";
        made.features = {chance(), chance(), chance()};
        platform(made);
        processor(made);
        threads(made);
        clock(made);
        drives(made);
        small_devices(made);
        system_information(made);
        labels(made);
        memory(made);
        displays(made);
        characters(made);
        redirection(made);
        places(made);
        return made;
    }

  private:
    unsigned number(unsigned least, unsigned most) {
        return std::uniform_int_distribution<unsigned>(least, most)(random_);
    }
    bool chance() { return number(0, 1) == 1; }
    std::optional<bool> maybe() { return chance() ? std::optional(chance()) : std::nullopt; }
    template <class T, std::size_t count>
    T any(const Word<T> (&words)[count]) {
        return words[number(0, count - 1)].value;
    }

    SharedMemory shared_memory(unsigned i) {
        SharedMemory made;
        made.name = "shared." + std::to_string(i);
        made.role = chance() ? any(shared_memory_roles) : SharedMemoryRole::unsaid;
        if (chance()) made.size = Bytes{std::uint64_t(1) << number(20, 34)};
        if (chance()) {
            made.model = chance() ? SharedMemoryModel::plain : SharedMemoryModel::unsaid;
            return made;
        }
        made.model = chance() ? SharedMemoryModel::doorbell : SharedMemoryModel::unsaid;
        made.server = "/run/ivshmem & more";
        made.interrupts_said = chance();
        if (!made.interrupts_said) return made;
        made.vectors = number(0, 64);
        made.ioeventfd = maybe();
        return made;
    }
    Filesystem filesystem(unsigned i) {
        Filesystem made;
        made.target = "share" + std::to_string(i);
        if (chance()) made.driver = any(filesystem_drivers);
        if (made.driver == FilesystemDriver::virtiofs) {
            made.socket = "/run/share.sock";
            if (chance()) made.queue = 1U << number(1, 10);
            return made;
        }
        made.directory = "/srv/share & more";
        made.readonly = chance();
        made.access = any(filesystem_accesses);
        if (made.access == FilesystemAccess::passthrough) made.readonly = true;
        if (made.readonly && chance()) made.access = {};
        const bool mapped = made.access == FilesystemAccess::mapped;
        if (mapped && chance()) made.file_mode = number(0, 0777);
        if (mapped && chance()) made.directory_mode = number(0, 0777);
        made.multidevs = any(multidevs_words);
        made.info.model = any(virtio_models);
        made.info.virtio = switches(device_switches);
        made.immediate = chance();
        return made;
    }

    Tpm tpm() {
        Tpm made;
        if (chance()) made.model = any(tpm_models);
        made.backend = any(tpm_backends);
        if (made.backend == TpmBackend::passthrough) {
            if (chance()) made.device = "/dev/tpm1";
            return made;
        }
        if (chance()) made.version = any(tpm_versions);
        if (made.model == TpmModel::crb && made.version == TpmVersion::v1_2) made.version = {};
        made.persistent = maybe();
        return made;
    }

    void platform(GuestDefinition& guest) {
        auto& firmware = guest.os.firmware;
        if (chance()) firmware.loader = Loader{.path = "/code.fd", .type = any(loader_types)};
        const bool flash = firmware.loader && firmware.loader->type == LoaderType::pflash;
        if (flash) firmware.loader->stateless = maybe();
        const bool variables = flash && firmware.loader->stateless != true;
        if (variables && chance()) firmware.nvram = "/vars.fd";
        if (variables && chance()) firmware.nvram_template = "/template.fd";
        if (flash) firmware.loader->secure = chance();
        if (chance()) firmware.kind = any(firmware_kinds);
        if (firmware.kind != FirmwareKind::unsaid && firmware.loader && chance())
            firmware.loader->path.clear();
        if (firmware.kind == FirmwareKind::efi) {
            firmware.secure_boot = maybe();
            firmware.enrolled_keys = maybe();
        }
        if (chance()) firmware.menu = BootMenu{true, number(0, 65535)};
        if (chance()) firmware.reboot_timeout = static_cast<int>(number(0, 32767)) - 1;
        auto& backing = guest.memory_backing;
        backing.nosharepages = chance();
        backing.locked = chance();
        backing.hugepages = chance();
        if (backing.hugepages && chance()) backing.page_size = 2048;
        if (backing.hugepages && chance())
            backing.cell_pages = {{NumberSet(0, 1), 1U << 20}, {NumberSet(3, 3), 2048}};
        if (!backing.hugepages && chance()) backing.source = any(memory_sources);
        if (chance()) backing.access = any(memory_accesses);
        backing.immediate = chance();
        if (backing.immediate && chance()) backing.threads = number(1, 256);
        guest.power = {maybe(), maybe()};
    }

    void processor(GuestDefinition& guest) {
        auto& cpu = guest.cpu;
        auto& details = guest.feature_details;
        cpu.topology = CpuTopology{number(1, 2), number(1, 2), number(1, 3), number(1, 2)};
        guest.vcpus = cpu.topology->sockets * cpu.topology->dies * cpu.topology->cores *
                      cpu.topology->threads;
        if (chance()) guest.current_vcpus = number(1, guest.vcpus);
        guest.cpu_mode = chance() ? "custom" : "maximum";
        if (guest.cpu_mode == "custom") guest.cpu_model = "qemu64";
        if (guest.cpu_mode == "maximum") cpu.migratable = maybe();
        cpu.fallback = maybe();
        if (chance()) cpu.check = any(cpu_checks);
        if (chance()) cpu.cache = chance() ? CpuCache::emulate : CpuCache::disable;
        for (const char* name : {"vmx", "sse4.1", "avx512-4fmaps"})
            if (chance()) cpu.features.push_back({name, any(cpu_feature_policies), {}});
        if (guest.features.apic) details.apic_eoi = maybe();
        details.pmu = maybe();
        details.pvspinlock = maybe();
        details.vmport = maybe();
        details.smm = maybe();
        details.ps2 = maybe();
        details.vmcoreinfo = maybe();
        if (details.smm == true && chance()) details.tseg = 48U * 1024;
        if (guest.type == DomainType::qemu && chance()) details.tcg_cache = 128U * 1024;
        if (guest.type == DomainType::kvm && chance()) details.dirty_ring = 4096;
        if (!guest.cpu_model.empty() && chance()) cpu.vendor_id = "AuthenticAMD";
        if (chance()) cpu.address_bits = chance() ? 0 : 40;
        if (cpu.address_bits == 0U && chance()) cpu.most_address_bits = 42;
        guest.dump_core = maybe();
        guest.on_crash = any(crash_actions);
        if (chance()) guest.generation_id = Uuid::parse("0be4c1a9-6f26-4d32-9b5c-2f9f3a4f6c11");
        for (const auto& known : kvm_switches)
            if (chance()) details.kvm.push_back({std::string(known.name), chance()});
        if (guest.type != DomainType::kvm) return;
        if (chance()) details.ioapic = any(ioapic_drivers);
        for (const auto& known : hyperv_switches)
            if (chance()) details.hyperv.push_back({std::string(known.name), chance()});
        for (const auto& each : details.hyperv) {
            if (each.name == "spinlocks" && each.on) details.spinlock_retries = 8191;
            if (each.name == "vendor_id" && each.on) details.hyperv_vendor = "Vendor";
        }
    }

    void threads(GuestDefinition& guest) {
        const auto present = guest.current_vcpus.value_or(guest.vcpus);
        if (chance())
            for (unsigned id = 0; id < guest.vcpus; ++id)
                guest.vcpu_states.push_back({.id = id,
                                             .enabled = id < present,
                                             .hotpluggable = id >= present,
                                             .order = id < present ? id + 1 : 0});
        auto& threads = guest.iothreads;
        for (unsigned i = 0; i < number(0, 3); ++i)
            threads.listed.push_back({.id = 7 * i + 1, .pool = pool()});
        if (chance()) threads.count = static_cast<unsigned>(threads.listed.size()) + number(0, 2);
        threads.main_pool = pool();
        pins(guest);
        limits(guest);
    }
    void pins(GuestDefinition& guest) {
        auto& tune = guest.cpu_tune;
        if (chance()) tune.processors = NumberSet(0, number(0, 64));
        if (chance()) tune.shares = number(1, 10000);
        if (chance()) tune.quota = number(1000, 1'000'000);
        if (tune.quota != 0 && chance()) tune.period = number(1000, 1'000'000);
        for (unsigned id = 0; id < guest.vcpus; ++id)
            if (chance()) tune.vcpu_pins.push_back({id, NumberSet(id, id + number(0, 3))});
        for (const auto& thread : all_iothreads(guest.iothreads))
            if (chance()) tune.iothread_pins.push_back({thread.id, NumberSet(1, 1)});
        std::ranges::sort(tune.iothread_pins, {}, &ThreadPin::number);
        if (chance()) tune.emulator_pin = ThreadPin{0, NumberSet(3, 5)};
    }
    void limits(GuestDefinition& guest) {
        constexpr std::uint64_t gibibyte = 1ULL << 30;
        auto& memory = guest.memory_tune;
        if (chance()) memory.soft_limit = Bytes{gibibyte};
        if (chance()) memory.min_guarantee = Bytes{gibibyte / 2};
        if (chance()) memory.hard_limit = Bytes{4096 * gibibyte};
        if (memory.hard_limit.count != 0 && chance())
            memory.swap_hard_limit = Bytes{4097 * gibibyte};
        auto& disks = guest.block_tune;
        if (chance()) disks.weight = number(100, 1000);
        if (chance()) disks.devices.push_back({.path = "/dev/sda", .weight = number(100, 1000)});
        if (chance())
            disks.devices.push_back(
                {.path = "/dev/sdb", .read_bytes = number(1, 9), .write_operations = number(1, 9)});
        if (chance()) guest.partition.path = "/machine/of-" + std::to_string(number(0, 9));
    }
    ThreadPool pool() {
        ThreadPool made;
        if (chance()) made.least = number(0, 8);
        if (chance()) made.most = number(8, 64);
        return made;
    }

    // Where there is a module, its share is in guest.memory.
    void memory(GuestDefinition& guest) {
        if (chance()) {
            const unsigned cells = number(1, guest.vcpus);
            for (unsigned id = 0; id < cells; ++id)
                guest.numa_cells.push_back({NumberSet(id, id), guest.memory});
            guest.memory.count *= cells;
            guest.numa_cells.back().access = any(memory_accesses);
            if (chance()) guest.numa_cells.back().distances = {{cells - 1, 10}};
            if (chance() && cells > 1) guest.numa_cells.front().distances = {{1, number(11, 255)}};
            if (chance())
                guest.numa_tune.cells = {{cells - 1, {NumaMode::strict, NumberSet(0, 1)}}};
        }
        if (chance()) guest.numa_tune.memory = {NumaMode::interleave, NumberSet(1, 3)};
        if (!chance()) return;
        guest.max_memory = MaxMemory{{guest.memory.count * 2 + (1ULL << 30)}, 4};
        for (unsigned i = 0; i < number(0, 2); ++i) {
            MemoryModule module{Bytes{std::uint64_t{number(1, 64)} << 21}};
            if (chance()) module.access = any(memory_accesses);
            if (chance()) module.page_size = 2048;
            if (chance()) module.nodes = NumberSet(0, 2);
            if (!guest.numa_cells.empty() && chance()) module.cell = 0;
            if (chance()) module.info.address = DimmAddress{i, maybe_number(1U << 30)};
            guest.memory.count += module.size.count;
            guest.memory_modules.push_back(module);
        }
    }

    void clock(GuestDefinition& guest) {
        guest.clock = any(clock_offsets);
        if (guest.clock == ClockOffset::variable) {
            if (chance()) guest.clock_basis = ClockOffset::utc;
            if (chance()) guest.clock_adjustment = number(0, 86400);
            if (guest.clock_adjustment && chance()) *guest.clock_adjustment *= -1;
        }
        if (guest.clock == ClockOffset::timezone) guest.timezone = "America/Port-au-Prince";
        if (guest.clock == ClockOffset::absolute) guest.clock_start = number(0, 2'000'000'000);
        if (chance()) guest.timers.push_back({.name = TimerName::rtc, .tick = TickPolicy::catchup});
        if (chance()) guest.timers.push_back({.name = TimerName::hpet, .present = chance()});
        if (chance()) guest.timers.push_back({.name = TimerName::tsc, .frequency = 1000});
        if (chance()) guest.timers.push_back({.name = TimerName::pit, .tick = TickPolicy::delay});
    }

    void drives(GuestDefinition& guest) {
        for (unsigned i = 0; i < number(0, 3); ++i) {
            Disk disk;
            disk.target = std::string("vd") + static_cast<char>('a' + i);
            disk.bus = DiskBus::virtio;
            disk.source = "/disk" + std::to_string(i);
            disk.format = any(disk_formats);
            disk.cache = DiskCache::none;
            disk.readonly = chance();
            const auto threads = all_iothreads(guest.iothreads);
            tune(disk.tuning, threads.empty() ? 0 : threads.back().id);
            disk.tuning.boot_order = i + 1;
            disk.info.virtio = switches(std::span(virtio_switches));
            disk.info.model = any(virtio_models);
            if (disk.format == DiskFormat::qcow2 && chance())
                disk.tuning.metadata_cache = number(64, 4096) * 1024U;
            guest.disks.push_back(std::move(disk));
        }
        guest.interfaces.resize(number(0, 2));
        for (auto& interface : guest.interfaces)
            card(interface);
        for (unsigned i = 0; i < number(0, 2); ++i) {
            HostDevice device;
            if (chance()) {
                guest.host_devices.push_back(vfio_device(i));
                continue;
            }
            if (chance()) device.model = UsbModel{0x1d6b, static_cast<std::uint16_t>(number(1, 9))};
            if (!device.model || chance()) device.at = UsbPlace{number(1, 3), number(1, 127)};
            if (chance()) device.startup = any(startup_policies);
            device.managed = maybe();
            guest.host_devices.push_back(device);
        }
    }

    HostDevice vfio_device(unsigned i) {
        HostDevice device;
        device.type = chance() ? HostDeviceType::pci : HostDeviceType::mdev;
        if (chance()) device.boot_order = 100 + i;
        if (device.type == HostDeviceType::mdev) {
            device.mdev.bytes[3] = static_cast<std::uint8_t>(number(0, 255));
            device.display = maybe();
            device.ramfb = maybe();
            if (chance()) device.managed = false;
            return device;
        }
        device.pci = {number(0, 0xffff), number(0, 255), number(0, 31), number(0, 7)};
        if (chance()) device.startup = any(startup_policies);
        device.managed = maybe();
        device.names_driver = chance();
        if (chance()) device.rom = {{}, maybe(), "/usr/share/rom", {}};
        return device;
    }

    std::vector<NamedSwitch> switches(std::span<const KnownSwitch> known) {
        std::vector<NamedSwitch> out;
        for (const auto& each : known)
            if (chance()) out.push_back({std::string(each.name), chance()});
        return out;
    }

    void card(Interface& interface) {
        interface.model = chance() ? "virtio" : "e1000";
        interface.type = any(interface_types);
        if (interface.type == InterfaceType::network) interface.network = "lan";
        if (interface.type == InterfaceType::bridge) interface.bridge = "br0.5";
        if (interface.type == InterfaceType::direct) {
            interface.device = "eth0";
            if (chance()) interface.mode = any(macvtap_modes);
        }
        if (interface.type == InterfaceType::vhostuser) interface.socket = "/run/switch.sock";
        if (interface.type == InterfaceType::ethernet) {
            interface.target = "tap0";
            interface.managed = maybe();
        }
        if (interface.type == InterfaceType::bridge && chance()) interface.target = "guest-1";
        interface.link_up = maybe();
        if (interface.type == InterfaceType::user && chance()) {
            interface.ipv4 = "10.1.2.0";
            interface.ipv4_bits = number(8, 27);
        }
        if (interface.type == InterfaceType::user && chance()) {
            interface.ipv6 = "fec0::";
            interface.ipv6_bits = 64;
        }
        if (chance()) interface.mtu = number(68, 9000);
        if (chance()) interface.rom = {true, maybe(), "/usr/share/rom", {}};
        if (interface.model != "virtio" || chance()) return;
        auto& driver = interface.driver;
        driver.name = chance() ? "vhost" : "qemu";
        if (chance()) driver.txmode = "timer";
        driver.queues = number(0, 4);
        if (chance()) driver.rx_queue_size = 512;
        driver.switches = switches(interface_switches);
        driver.host = switches(host_offloads);
        driver.guest = switches(guest_offloads);
    }

    void tune(DiskTuning& tuning, unsigned iothread) {
        if (chance()) tuning.io = any(disk_ios);
        if (chance()) tuning.discard = any(disk_discards);
        if (chance()) tuning.detect_zeroes = DetectZeroes::on;
        if (chance()) tuning.on_error = any(error_policies);
        if (chance()) tuning.on_read_error = ErrorPolicy::stop;
        if (iothread != 0 && chance()) tuning.iothread = iothread;
        if (chance()) tuning.queues = number(1, 8);
        if (chance()) tuning.queue_size = 256;
        if (chance()) tuning.geometry = DiskGeometry{number(1, 99), number(1, 9), number(1, 63)};
        if (chance()) tuning.physical_block = 4096;
        tuning.copy_on_read = maybe();
        if (!chance()) return;
        tuning.limits.emplace();
        tuning.limits->limits.total_bytes = number(1, 1000);
        tuning.limits->limits.read_iops = number(1, 1000);
        if (chance()) tuning.limits->bursts.read_iops = 5000;
        if (tuning.limits->bursts.read_iops != 0) tuning.limits->lengths.read_iops = number(0, 60);
        if (chance()) tuning.limits->size_iops = 4096;
    }

    std::optional<std::uint64_t> maybe_number(unsigned most) {
        return chance() ? std::optional<std::uint64_t>(number(0, most)) : std::nullopt;
    }

    void labels(GuestDefinition& guest) {
        const std::string context = "system_u:system_r:svirt_t:s0:c1,c2";
        SecurityLabel label{.type = any(label_types)};
        if (chance()) label.model = LabelModel::selinux;
        if (label.type == LabelType::fixed) {
            label.label = context;
            label.relabel = maybe();
        }
        if (label.type == LabelType::dynamic && chance()) label.label = context;
        if (chance()) guest.security_labels.push_back(label);
        if (chance())
            guest.security_labels.push_back(
                {LabelModel::dac, LabelType::fixed, maybe(), "qemu:+64055"});
        for (auto& disk : guest.disks) {
            if (chance()) disk.labels.push_back({.label = chance() ? context : ""});
            if (chance()) disk.labels.push_back({.model = LabelModel::dac});
        }
    }

    void system_information(GuestDefinition& guest) {
        if (chance()) guest.os.firmware.smbios = any(smbios_modes);
        auto& information = guest.system_information;
        if (chance())
            information.tables.push_back({SmbiosKind::bios, {{"release", "1.2"}, {"date", "1/1"}}});
        for (auto& table : information.tables)
            table.entries.back().value = "01/31/2026";
        for (unsigned i = 0; i < number(0, 2); ++i)
            information.tables.push_back(
                {SmbiosKind::base_board, {{"serial", "of <two>, & more"}, {"asset", "7"}}});
        if (chance())
            information.tables.push_back({SmbiosKind::oem_strings, {{{}, "a"}, {{}, " b "}}});
        if (!information.tables.empty()) guest.os.firmware.smbios = any(smbios_modes);
        if (chance()) information.fwcfg.push_back({"opt/a", "one\ntwo"});
        if (chance()) information.fwcfg.push_back({"opt/b", {}, "/srv/b"});
    }

    void small_devices(GuestDefinition& guest) {
        guest.memballoon = chance();
        if (guest.memballoon) guest.balloon = {maybe(), maybe(), number(0, 9), {}};
        for (unsigned i = 0; i < number(0, 2); ++i) {
            Rng rng{any(rng_backends), {}, number(0, 1) * 512U, 0, {}};
            if (rng.backend == RngBackend::random && chance()) rng.path = "/dev/random";
            if (rng.bytes != 0) rng.period = number(0, 9);
            guest.rngs.push_back(rng);
        }
        if (chance()) guest.watchdogs.push_back({any(watchdog_models), any(watchdog_actions), {}});
        if (chance()) guest.tpm = tpm();
        for (unsigned i = number(0, 2); i > 0; --i)
            guest.filesystems.push_back(filesystem(i));
        if (chance()) guest.panics.push_back({any(panic_models), {}});
        if (guest.type == DomainType::qemu)
            std::erase_if(guest.panics,
                          [](const Panic& panic) { return panic.model == PanicModel::hyperv; });
        if (chance()) guest.vsock = Vsock{chance() ? 0 : number(3, 4000), {}};
        for (auto& rng : guest.rngs)
            rng.info.model = any(virtio_models);
        if (guest.memballoon) guest.balloon.info.model = any(virtio_models);
        if (guest.vsock && chance()) guest.vsock->info.model = VirtioModel::non_transitional;
        for (unsigned i = number(0, 2); i > 0; --i)
            guest.shared_memories.push_back(shared_memory(i));
        if (chance()) guest.audios.push_back({2, {}, any(audio_types)});
        if (chance())
            guest.sounds.push_back({any(sound_models), {}, guest.audios.empty() ? 0U : 2U, {}});
        if (chance()) guest.sounds.push_back({SoundModel::ich9, {any(sound_codecs)}, 0, {}});
        if (chance()) {
            guest.iommu = Iommu{.intremap = maybe(), .iotlb = maybe(), .aw_bits = 48};
            guest.iommu->caching_mode = maybe();
        }
        if (chance()) guest.inputs.push_back({Input::Type::tablet, Input::Bus::virtio, {}});
        if (!chance()) return;
        Video video{.model = "qxl"};
        video.vram = number(1, 64) * 1024U;
        video.heads = number(0, 4);
        if (chance()) video.accel3d = false;
        if (chance()) video.resolution = VideoResolution{800, 600};
        guest.videos.push_back(video);
    }

    void displays(GuestDefinition& guest) {
        if (chance()) guest.graphics.push_back(vnc(guest));
        if (chance()) guest.graphics.push_back(spice());
        Graphics other{.type = chance() ? GraphicsType::dbus : GraphicsType::egl_headless};
        if (other.type == GraphicsType::dbus) other.gl = maybe();
        const bool draws = other.type == GraphicsType::egl_headless || other.gl == true;
        if (draws && chance()) other.render_node = "/dev/dri/renderD129";
        if (chance()) guest.graphics.push_back(other);
    }
    void listen(Graphics& graphics) {
        graphics.listens = any(listen_types);
        if (graphics.listens == ListenType::socket) graphics.socket = "/display.sock";
        if (graphics.listens != ListenType::address) return;
        if (chance()) graphics.port = static_cast<int>(number(5900, 65535));
        if (chance()) graphics.listen = "::1";
    }
    Graphics vnc(const GuestDefinition& guest) {
        Graphics made;
        listen(made);
        if (made.listens == ListenType::address)
            made.websocket = chance() ? -1 : static_cast<int>(number(1, 2)) * 5700;
        if (chance()) made.share = any(share_policies);
        made.power_control = maybe();
        if (!guest.audios.empty() && chance()) made.audio = guest.audios[0].id;
        if (chance()) made.keymap = "de";
        return made;
    }
    Graphics spice() {
        Graphics made{.type = GraphicsType::spice};
        listen(made);
        if (made.listens == ListenType::none && chance()) made.gl = true;
        auto& options = made.spice;
        if (chance()) options.default_mode = any(channel_modes);
        for (const auto& each : spice_channels)
            if (chance()) options.channels.push_back({each.value, any(channel_modes)});
        if (chance()) options.image = any(image_compressions);
        if (chance()) options.jpeg = any(wan_compressions);
        if (chance()) options.zlib = any(wan_compressions);
        if (chance()) options.streaming = any(video_streamings);
        options.playback_compression = maybe();
        options.clipboard = maybe();
        options.client_mouse = maybe();
        options.file_transfer = maybe();
        return made;
    }

    // The consoles of a serial port are those that repeat it: not here.
    void characters(GuestDefinition& guest) {
        using Target = CharacterDevice::Target;
        for (const auto target : {Target::serial, Target::pci_serial, Target::usb_serial,
                                  Target::virtio_channel, Target::parallel})
            if (chance()) guest.characters.push_back(character(target, guest.characters.size()));
    }
    CharacterDevice character(CharacterDevice::Target target, std::size_t count) {
        const bool channel = target == CharacterDevice::Target::virtio_channel;
        CharacterDevice made{.target = target, .source = any(character_sources)};
        const bool agent =
            made.source == CharacterSource::spicevmc || made.source == CharacterSource::vdagent;
        if (agent && !channel) made.source = CharacterSource::pty;
        if (channel) made.name = agent ? "com.redhat.spice.0" : "org.example.0";
        if (!channel && target != CharacterDevice::Target::parallel)
            made.port = static_cast<unsigned>(count);
        const bool file = made.source == CharacterSource::file;
        if (file || made.source == CharacterSource::device ||
            made.source == CharacterSource::unix_listener)
            made.path = "/end" + std::to_string(count);
        if (file) made.append = chance();
        if (made.source == CharacterSource::tcp_listener) {
            made.service = number(1024, 65535);
            made.telnet = chance();
            if (chance()) made.host = "127.0.0.1";
        }
        if (made.source == CharacterSource::spiceport || made.source == CharacterSource::dbus)
            made.channel = "org.example.port";
        if (made.source == CharacterSource::vdagent) {
            made.clipboard = maybe();
            made.client_mouse = maybe();
        }
        if (chance()) made.log = "/log" + std::to_string(count);
        if (!made.log.empty()) made.log_append = chance();
        return made;
    }

    // What is given, not what fits: nobody looks for clashes here.
    void places(GuestDefinition& guest) {
        for (auto& disk : guest.disks)
            on_pci(disk.info);
        for (auto& interface : guest.interfaces)
            on_pci(interface.info);
        for (auto& rng : guest.rngs)
            on_pci(rng.info);
        for (auto& video : guest.videos)
            on_pci(video.info);
        if (guest.memballoon) on_pci(guest.balloon.info);
        if (guest.vsock) on_pci(guest.vsock->info);
        for (auto& memory : guest.shared_memories)
            on_pci(memory.info);
        for (auto& device : guest.redirected)
            if (chance()) device.info.address = UsbAddress{number(0, 3), chance() ? "2.1" : ""};
        for (auto& character : guest.characters)
            place(character);
        controllers(guest);
    }
    void on_pci(DeviceInfo& info) {
        if (chance()) info.alias = "ua-" + std::to_string(number(0, 9));
        if (chance()) info.acpi_index = number(1, 16383);
        if (!chance()) return;
        PciAddress address{.bus = number(0, 255), .slot = number(0, 31), .function = number(0, 7)};
        address.multifunction = maybe();
        info.address = address;
    }
    void place(CharacterDevice& character) {
        using Target = CharacterDevice::Target;
        const auto target = character.target;
        if (target == Target::pci_serial) return on_pci(character.info);
        if (!chance()) return;
        if (target == Target::virtio_channel || target == Target::virtio_console)
            character.info.address = VirtioSerialAddress{number(0, 3), 0, number(0, 31)};
        if (target == Target::serial)
            character.info.address = IsaAddress{number(1, 0xffff), number(1, 15)};
    }
    void controllers(GuestDefinition& guest) {
        if (chance()) {
            Controller scsi{.type = ControllerType::scsi, .index = 3, .model = "virtio-scsi"};
            scsi.info.model = any(virtio_models);
            if (scsi.info.model != VirtioModel::unsaid) scsi.model.clear();
            scsi.queues = number(0, 4);
            scsi.info.virtio = switches(controller_switches);
            guest.controllers.push_back(scsi);
        }
        if (chance()) {
            Controller port{.type = ControllerType::pci, .index = 1, .model = "pcie-root-port"};
            port.pci.chassis = number(1, 9);
            port.pci.hotplug = maybe();
            guest.controllers.push_back(port);
        }
        if (chance())
            guest.controllers.push_back(
                {.type = ControllerType::usb, .index = 0, .model = "ich9-ehci1"});
        if (chance())
            guest.controllers.push_back({.type = ControllerType::ccid,
                                         .index = 0,
                                         .info = {.address = UsbAddress{0, "2"}}});
        if (chance()) guest.hubs.push_back({.info = {.address = UsbAddress{0, "1"}}});
    }

    void redirection(GuestDefinition& guest) {
        guest.redirected.resize(number(0, 2));
        guest.smartcards.resize(number(0, 1));
        for (auto& card : guest.smartcards)
            if (chance()) card.info.address = CcidAddress{};
        for (unsigned i = 0; i < number(0, 3); ++i) {
            RedirectionRule rule;
            if (chance()) rule.device_class = static_cast<std::uint8_t>(number(0, 255));
            if (chance()) rule.vendor = static_cast<std::uint16_t>(number(0, 65535));
            if (chance()) rule.product = static_cast<std::uint16_t>(number(0, 65535));
            if (chance()) rule.version = static_cast<std::uint16_t>(0x0210);
            rule.allow = chance();
            guest.redirection_rules.push_back(rule);
        }
    }

    std::mt19937 random_;
};

} // namespace vmwarden::domain
