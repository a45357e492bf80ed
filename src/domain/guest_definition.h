// SPDX-License-Identifier: LGPL-2.1-or-later
// A guest as its owner describes it: libvirt's domain XML as a value, names as in its format
// documentation. What the owner wrote and nothing else: what we choose goes into the LaunchPlan.
#pragma once

#include "src/base/diagnostic.h"
#include "src/base/units.h"
#include "src/domain/controller.h"
#include "src/domain/disk_tuning.h"
#include "src/domain/display.h"
#include "src/domain/filesystem.h"
#include "src/domain/host_device.h"
#include "src/domain/interface.h"
#include "src/domain/numa.h"
#include "src/domain/platform.h"
#include "src/domain/redirection.h"
#include "src/domain/resource_limits.h"
#include "src/domain/security_label.h"
#include "src/domain/shared_memory.h"
#include "src/domain/small_devices.h"
#include "src/domain/system_information.h"
#include "src/domain/threads.h"
#include "src/domain/tpm.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace vmwarden {

enum class DomainType { qemu, kvm };
enum class BootDevice { fd, hd, cdrom, network };
enum class LifecycleAction { destroy, restart, preserve, rename_restart };
enum class ClockOffset { utc, localtime, timezone, variable, absolute };

struct OsBoot {
    std::string type = "hvm";
    std::string arch;    // empty: as the emulator
    std::string machine; // empty: the emulator's default
    std::vector<BootDevice> boot;
    std::string kernel; // direct kernel boot; absolute paths, empty when absent
    std::string initrd;
    std::string cmdline;
    SourcePlace place;
    SourcePlace kernel_place;
    SourcePlace initrd_place;
    Firmware firmware = {};
    bool operator==(const OsBoot&) const = default;
};

struct Features {
    bool acpi = false;
    bool apic = false;
    bool pae = false;
    bool operator==(const Features&) const = default;
};

enum class DiskDevice { disk, cdrom, floppy };
// directory: QEMU shows what is in it as a FAT file system, which is only read.
enum class DiskSource { file, block, directory, network };
enum class DiskBus { ide, fdc, scsi, virtio, sata, usb };
enum class DiskFormat { raw, qcow2 };
enum class DiskCache { hypervisor_default, none, writethrough, writeback, directsync, unsafe };

// An image below another: what the upper one does not hold is read from here.
struct BackingStore {
    DiskSource type = DiskSource::file;
    DiskFormat format = DiskFormat::raw;
    std::string source; // absolute path
    SourcePlace source_place;
    std::vector<ImageLabel> labels = {};
    bool operator==(const BackingStore&) const = default;
};

struct Disk {
    DiskDevice device = DiskDevice::disk;
    DiskSource type = DiskSource::file;
    // Absolute path, or a URL (network_source.h); empty: a drive without medium (cdrom, floppy).
    std::string source;
    std::string target; // "hda", "vdb", "sda", "fda"
    DiskBus bus = DiskBus::ide;
    DiskFormat format = DiskFormat::raw;
    DiskCache cache = DiskCache::hypervisor_default;
    // The images below `source`, each below the one before, as far as the owner declares them; what
    // the headers of all but the last say of it does not count.
    std::vector<BackingStore> backing;
    bool chain_ends = false; // <backingStore/>: nor does the last one's; otherwise it says how on
    bool readonly = false;   // also implied by device='cdrom'
    bool shareable = false;
    bool transient = false;                 // what the guest writes is gone when it ends
    std::optional<bool> share_backing = {}; // of a transient one: said, and so in any case
    std::string serial;
    SourcePlace place;
    SourcePlace source_place;
    DiskTuning tuning = {};
    DeviceInfo info = {};
    std::vector<ImageLabel> labels = {}; // of `source`
    bool operator==(const Disk&) const = default;
};

enum class CharacterSource {
    pty,
    file,
    unix_listener,
    null,
    stdio_log,
    vc, // a console of QEMU's own, seen on the guest's display
    device,
    tcp_listener,
    spicevmc, // these at the SPICE client's end
    spiceport,
    vdagent, // QEMU itself is the other end
    dbus,    // at a client's end of <graphics type='dbus'>
};

// A serial or parallel port, console or channel; a <console> that only repeats the first <serial>
// is not kept twice.
struct CharacterDevice {
    enum class Target { serial, virtio_console, virtio_channel, parallel, pci_serial, usb_serial };
    Target target = Target::serial;
    unsigned port = 0; // none of a channel's; all that are written <serial> count together
    CharacterSource source = CharacterSource::pty;
    // Of file, unix_listener and device; absolute. Empty for a channel: a socket among the guest's
    // state.
    std::string path;
    bool append = false;
    std::string name = {}; // of a channel: what the guest finds it by, "org.qemu.guest_agent.0"
    SourcePlace place;
    std::string host = {}; // of tcp_listener: an address; empty: 127.0.0.1
    unsigned service = 0;  // its port
    bool telnet = false;
    std::string channel = {};           // of spiceport and dbus: what the client finds it by
    std::optional<bool> clipboard = {}; // of vdagent
    std::optional<bool> client_mouse = {};
    std::string log = {}; // a file that gets all the guest says, besides the other end; absolute
    bool log_append = false;
    DeviceInfo info = {};
    bool operator==(const CharacterDevice&) const = default;
};

struct Input {
    enum class Type { mouse, tablet, keyboard };
    enum class Bus { ps2, usb, virtio };
    Type type = Type::mouse;
    Bus bus = Bus::ps2;
    SourcePlace place;
    DeviceInfo info = {};
    bool operator==(const Input&) const = default;
};

struct VideoResolution {
    unsigned x = 0;
    unsigned y = 0;
    bool operator==(const VideoResolution&) const = default;
};

struct Video {
    // "vga", "cirrus", "virtio", "qxl", "bochs", "vmvga", "ramfb", "none"
    std::string model;
    SourcePlace place;
    // KiB, as the format has them; 0: QEMU's own.
    std::uint64_t ram = 0; // of qxl: the first bar; the next two its second one
    std::uint64_t vram = 0;
    std::uint64_t vram64 = 0;
    std::uint64_t vgamem = 0;
    unsigned heads = 0; // 0: not said, which is one
    std::optional<bool> edid = {};
    std::optional<bool> accel3d = {}; // of virtio: the guest draws with the host's GPU
    std::optional<VideoResolution> resolution = {};
    DeviceInfo info = {};
    bool operator==(const Video&) const = default;
};

// A word of QEMU's command line, or a variable of its environment, that the definition gives past
// this format.
struct RawArgument {
    std::string value;
    SourcePlace place;
    bool operator==(const RawArgument&) const = default;
};
struct RawVariable {
    std::string name;
    std::string value;
    SourcePlace place;
    bool operator==(const RawVariable&) const = default;
};

struct NamedSpace {
    std::string name;
    std::string uri;
    bool operator==(const NamedSpace&) const = default;
};

struct GuestDefinition {
    DomainType type = DomainType::qemu;
    std::string name; // valid_guest_name()
    std::optional<Uuid> uuid;
    std::optional<Uuid> generation_id; // <genid>: what a guest sees change when it is copied
    std::string title;
    std::string description;
    std::string metadata; // other programs' notes: the markup inside <metadata> as it was written
    // Prefixes that stand outside of the markup: "xmlns:x" and what it means.
    std::vector<NamedSpace> metadata_namespaces;
    Bytes memory;                  // at boot, with the memory modules
    std::optional<bool> dump_core; // whether its memory is in QEMU's core dumps; none: it is not
    std::optional<MaxMemory> max_memory;
    std::optional<Bytes> current_memory; // balloon target; at most memory
    MemoryBacking memory_backing;
    unsigned vcpus = 1;
    std::optional<unsigned> current_vcpus; // present at boot; none: all
    std::vector<VcpuState> vcpu_states;    // by number, all or none
    IoThreads iothreads;
    NumaTune numa_tune;
    CpuTune cpu_tune;
    MemoryTune memory_tune;
    BlockTune block_tune;
    Partition partition;
    OsBoot os;
    SystemInformation system_information;
    Features features;
    FeatureDetails feature_details;
    std::string cpu_mode; // "", "host-passthrough", "host-model", "maximum", "custom"
    std::string cpu_model;
    CpuDetails cpu;
    std::vector<NumaCell> numa_cells;
    ClockOffset clock = ClockOffset::utc;
    std::optional<std::uint64_t> clock_start;     // of absolute: seconds since 1970
    std::string timezone;                         // of timezone: "Europe/Berlin"
    std::optional<std::int64_t> clock_adjustment; // of variable: seconds ahead of its basis
    std::optional<ClockOffset> clock_basis;       // of variable: utc, which is usual, or localtime
    std::vector<Timer> timers;
    PowerManagement power;
    LifecycleAction on_poweroff = LifecycleAction::destroy;
    LifecycleAction on_reboot = LifecycleAction::restart;
    LifecycleAction on_crash = LifecycleAction::destroy;
    std::string emulator; // absolute path; empty: chosen by the host for type and arch
    std::vector<Controller> controllers;
    std::vector<Hub> hubs;
    std::vector<Disk> disks;
    std::vector<Filesystem> filesystems;
    std::vector<SharedMemory> shared_memories;
    std::vector<Interface> interfaces;
    std::vector<HostDevice> host_devices;
    std::vector<CharacterDevice> characters;
    std::vector<Graphics> graphics;
    std::vector<Input> inputs;
    std::vector<Video> videos;
    bool memballoon = true;
    Balloon balloon;
    std::vector<Sound> sounds;
    std::vector<Audio> audios;
    std::vector<RedirectedDevice> redirected;
    std::vector<RedirectionRule> redirection_rules; // of all of them
    std::vector<Smartcard> smartcards;
    std::vector<Watchdog> watchdogs;
    std::vector<Rng> rngs;
    std::vector<Panic> panics;
    std::optional<Iommu> iommu;
    std::optional<Vsock> vsock;
    std::optional<Tpm> tpm;
    std::vector<MemoryModule> memory_modules;
    std::vector<SecurityLabel> security_labels; // one of each model
    std::vector<RawArgument> raw_arguments;     // in order, behind all others
    std::vector<RawVariable> raw_environment;   // over what QEMU is given otherwise
    SourcePlace place;                          // of <domain>
    SourcePlace name_place;
    SourcePlace emulator_place;
    SourcePlace memory_place;
    SourcePlace vcpus_place;
    bool operator==(const GuestDefinition&) const = default;
};

// 1 to 64 bytes, letters, digits and _ . + - , not starting with '.' or '-'. The name becomes a
// file name, a unit name and part of QEMU's command line; libvirt's wider alphabet is refused with
// a hint.
bool valid_guest_name(std::string_view name);

// The switches of <hyperv> and <kvm>.
inline constexpr KnownSwitch hyperv_switches[] = {{"relaxed", "hv-relaxed"},
                                                  {"vapic", "hv-vapic"},
                                                  {"spinlocks", "hv-spinlocks"},
                                                  {"vpindex", "hv-vpindex"},
                                                  {"runtime", "hv-runtime"},
                                                  {"synic", "hv-synic"},
                                                  {"stimer", "hv-stimer"},
                                                  {"reset", "hv-reset"},
                                                  {"vendor_id", "hv-vendor-id"},
                                                  {"frequencies", "hv-frequencies"},
                                                  {"tlbflush", "hv-tlbflush"},
                                                  {"ipi", "hv-ipi"},
                                                  {"reenlightenment", "hv-reenlightenment"},
                                                  {"evmcs", "hv-evmcs"},
                                                  {"avic", "hv-avic"},
                                                  {"emsr_bitmap", "hv-emsr-bitmap"},
                                                  {"xmm_input", "hv-xmm-input"}};
inline constexpr KnownSwitch kvm_switches[] = {{"hidden", "kvm"},
                                               {"hint-dedicated", "kvm-hint-dedicated"},
                                               {"poll-control", "kvm-poll-control"},
                                               {"pv-ipi", "kvm-pv-ipi"}};

// Two definitions that ask for the same are equal once their places are gone.
GuestDefinition strip_places(GuestDefinition definition);

} // namespace vmwarden
