// SPDX-License-Identifier: LGPL-2.1-or-later
// The processor, clock, firmware and memory that a guest finds, beyond how much of each.
#pragma once

#include "src/base/diagnostic.h"
#include "src/base/number_set.h"
#include "src/domain/switches.h"
#include "src/domain/system_information.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace vmwarden {

enum class CpuFeaturePolicy { force, require, optional, disable, forbid };

struct CpuFeature {
    std::string name; // as QEMU has it: "vmx", "sse4.1"
    CpuFeaturePolicy policy = CpuFeaturePolicy::require;
    SourcePlace place;
    bool operator==(const CpuFeature&) const = default;
};

struct CpuTopology {
    unsigned sockets = 1;
    unsigned dies = 1; // of a socket
    unsigned cores = 1;
    unsigned threads = 1;
    bool operator==(const CpuTopology&) const = default;
};

// How far the processor is to be held to what the definition says: partial where KVM is there to
// hold it, full everywhere.
enum class CpuCheck { unsaid, none, partial, full };
enum class CpuCache { unsaid, emulate, passthrough, disable };

struct CpuDetails {
    CpuCheck check = CpuCheck::unsaid;
    CpuCache cache = CpuCache::unsaid; // emulate: of level 3
    std::optional<bool> migratable;    // of host-passthrough and maximum
    std::optional<bool> fallback;      // another model may stand in: none ever does
    std::string vendor_id = {}; // what the guest reads as its maker: 12 bytes; empty: the model's
    // How wide its physical addresses are: the host's (0), or so many bits; none: QEMU's own.
    std::optional<unsigned> address_bits = {};
    unsigned most_address_bits = 0; // of the host's, at most so many; 0: all
    std::optional<CpuTopology> topology;
    std::vector<CpuFeature> features;
    SourcePlace place;
    bool operator==(const CpuDetails&) const = default;
};

enum class IoapicDriver { unsaid, kvm, qemu };

struct FeatureDetails {
    std::optional<bool> apic_eoi;
    std::vector<NamedSwitch> hyperv;
    bool hyperv_passthrough = false;
    unsigned spinlock_retries = 0; // of the switch "spinlocks"; 0: not said
    std::string hyperv_vendor;     // of the switch "vendor_id"
    std::optional<bool> stimer_direct;
    std::vector<NamedSwitch> kvm;
    unsigned dirty_ring = 0;     // entries of KVM's ring of written pages; 0: none
    std::uint64_t tcg_cache = 0; // KiB of translated code; 0: QEMU's own
    std::uint64_t tseg = 0;      // KiB that only system management mode sees; 0: QEMU's own
    std::optional<bool> pvspinlock; // guests of KVM's wait for each other without turning
    std::optional<bool> pmu;
    std::optional<bool> vmport;
    std::optional<bool> smm;
    std::optional<bool> ps2;
    std::optional<bool> vmcoreinfo;
    IoapicDriver ioapic = IoapicDriver::unsaid;
    SourcePlace place;
    bool operator==(const FeatureDetails&) const = default;
};

enum class TimerName { rtc, pit, hpet, kvmclock, hypervclock, tsc };
enum class TickPolicy { unsaid, delay, catchup, discard };
enum class TimerTrack { unsaid, guest, wall };

struct Timer {
    TimerName name = TimerName::rtc;
    std::optional<bool> present;
    TickPolicy tick = TickPolicy::unsaid;
    TimerTrack track = TimerTrack::unsaid; // of rtc
    std::uint64_t frequency = 0;           // of tsc: Hz; 0: not said
    SourcePlace place;
    bool operator==(const Timer&) const = default;
};

// Whether the guest may sleep; unsaid: as its machine is.
struct PowerManagement {
    std::optional<bool> suspend_to_mem;
    std::optional<bool> suspend_to_disk;
    bool operator==(const PowerManagement&) const = default;
};

struct BootMenu {
    bool enabled = false;
    std::optional<unsigned> timeout; // milliseconds, to 65535
    bool operator==(const BootMenu&) const = default;
};

enum class LoaderType { rom, pflash };

struct Loader {
    std::string path; // absolute; empty: looked for, see Firmware::kind
    LoaderType type = LoaderType::rom;
    bool secure = false; // of pflash: only code in system management mode writes to the variables
    std::optional<bool> stateless = {}; // it keeps no variables
    SourcePlace place;
    bool operator==(const Loader&) const = default;
};

// Which firmware of the host's, where the definition does not name it itself.
enum class FirmwareKind { unsaid, bios, efi };

struct Firmware {
    FirmwareKind kind = FirmwareKind::unsaid;
    std::optional<bool> secure_boot = {}; // wishes, of kind efi
    std::optional<bool> enrolled_keys = {};
    std::optional<Loader> loader;
    std::string nvram; // the variables of a pflash loader: a file of the guest's own
    SourcePlace nvram_place;
    std::string nvram_template = {}; // what they are at first; absolute
    std::string dtb;
    SourcePlace dtb_place;
    std::optional<BootMenu> menu;
    std::optional<int> reboot_timeout;      // milliseconds to the next try; -1: none
    SmbiosMode smbios = SmbiosMode::unsaid; // unsaid: emulated
    bool operator==(const Firmware&) const = default;
};

enum class MemorySource { unsaid, anonymous, memfd };
enum class MemoryAccess { unsaid, shared, private_ };

struct CellPages {
    NumberSet cells;
    std::uint64_t page_size = 0; // KiB
    bool operator==(const CellPages&) const = default;
};

struct MemoryBacking {
    bool nosharepages = false;
    bool locked = false;
    bool hugepages = false;
    std::uint64_t page_size = 0; // KiB, of hugepages; 0: the host's own
    // Of cells of the guest's own. If there are some, but no page_size, the other cells have none.
    std::vector<CellPages> cell_pages = {};
    MemorySource source = MemorySource::unsaid;
    MemoryAccess access = MemoryAccess::unsaid;
    bool immediate = false; // all of it is allocated at start
    unsigned threads = 0;   // that allocate it; 0: QEMU's own number
    SourcePlace place;
    bool operator==(const MemoryBacking&) const = default;
};

} // namespace vmwarden
