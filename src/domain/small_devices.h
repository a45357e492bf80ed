// SPDX-License-Identifier: LGPL-2.1-or-later
// Devices that hold nothing of the guest's: what keeps it alive, feeds it entropy, makes it heard.
#pragma once

#include "src/domain/device_info.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace vmwarden {

enum class RngBackend { random, builtin };

struct Rng {
    RngBackend backend = RngBackend::random;
    std::string path;         // of `random`: a character device; empty: /dev/urandom
    std::uint64_t bytes = 0;  // at most so many in each period; 0: no limit
    std::uint64_t period = 0; // milliseconds; 0: a second
    SourcePlace place;
    DeviceInfo info = {};
    bool operator==(const Rng&) const = default;
};

enum class WatchdogModel { i6300esb, ib700, itco };
enum class WatchdogAction { reset, shutdown, poweroff, pause, none, inject_nmi };

struct Watchdog {
    WatchdogModel model = WatchdogModel::i6300esb;
    WatchdogAction action = WatchdogAction::reset;
    SourcePlace place;
    DeviceInfo info = {};
    bool operator==(const Watchdog&) const = default;
};

// How a guest's kernel says that it has crashed; what is done then is on_crash.
enum class PanicModel { machine_default, isa, pvpanic, hyperv };

struct Panic {
    PanicModel model = PanicModel::machine_default;
    SourcePlace place;
    DeviceInfo info = {};
    bool operator==(const Panic&) const = default;
};

// How GuestDefinition::memballoon behaves, where there is one.
struct Balloon {
    std::optional<bool> autodeflate;
    std::optional<bool> free_page_reporting;
    unsigned stats_period = 0; // seconds; 0: the guest is not asked
    SourcePlace place;
    DeviceInfo info = {};
    bool operator==(const Balloon&) const = default;
};

enum class SoundModel { ich6, ich9, ac97, es1370, sb16, pcspk, usb };
enum class SoundCodec { duplex, micro, output };

struct Sound {
    SoundModel model = SoundModel::ich6;
    std::vector<SoundCodec> codecs; // of ich6 and ich9; none: one duplex
    unsigned audio = 0;             // the <audio> it plays on; 0: the first
    SourcePlace place;
    DeviceInfo info = {};
    bool operator==(const Sound&) const = default;
};

enum class AudioType { none, spice, dbus };

// Where sound goes: nowhere, or to who sees the guest's display. The host's own is nobody's to
// give.
struct Audio {
    unsigned id = 1;
    SourcePlace place;
    AudioType type = AudioType::none;
    bool operator==(const Audio&) const = default;
};

struct Vsock {
    static constexpr std::uint32_t first_cid = 3; // 0 to 2 and the largest mean something else
    // The guest's address; 0: one that is free when it starts.
    std::uint32_t cid = 0;
    SourcePlace place;
    DeviceInfo info = {};
    bool operator==(const Vsock&) const = default;
};

enum class IommuModel { intel, virtio };

struct Iommu {
    IommuModel model = IommuModel::intel;
    std::optional<bool> intremap; // these of intel alone
    std::optional<bool> caching_mode;
    std::optional<bool> eim;
    std::optional<bool> iotlb;
    unsigned aw_bits = 0; // 39 or 48; 0: QEMU's own
    SourcePlace place;
    DeviceInfo info = {};
    bool operator==(const Iommu&) const = default;
};

} // namespace vmwarden
