// SPDX-License-Identifier: LGPL-2.1-or-later
// How a disk behaves, beyond what it is.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace vmwarden {

enum class DiskIo { unsaid, threads, native, io_uring };
enum class DiskDiscard { unsaid, unmap, ignore };
enum class DetectZeroes { unsaid, off, on, unmap };
enum class ErrorPolicy { unsaid, report, stop, ignore, enospace };

// Per second; 0: no limit. The total excludes one that tells reading from writing.
struct IoLimits {
    std::uint64_t total_bytes = 0;
    std::uint64_t read_bytes = 0;
    std::uint64_t write_bytes = 0;
    std::uint64_t total_iops = 0;
    std::uint64_t read_iops = 0;
    std::uint64_t write_iops = 0;
    bool operator==(const IoLimits&) const = default;
};

struct IoTune {
    IoLimits limits;
    IoLimits bursts; // what may be reached for a while
    // Seconds that a burst may last, by what it lifts; 0: QEMU's one.
    IoLimits lengths = {};
    std::uint64_t size_iops = 0; // bytes that count as one operation; 0: each counts as one
    bool operator==(const IoTune&) const = default;
};

struct DiskGeometry {
    unsigned cylinders = 0;
    unsigned heads = 0;
    unsigned sectors = 0;
    bool operator==(const DiskGeometry&) const = default;
};

// Bytes of a serial number that a device on this bus has room for.
enum class DiskBus;
std::size_t shown_serial(DiskBus bus);

struct DiskTuning {
    DiskIo io = DiskIo::unsaid;
    DiskDiscard discard = DiskDiscard::unsaid;
    DetectZeroes detect_zeroes = DetectZeroes::unsaid;
    ErrorPolicy on_error = ErrorPolicy::unsaid;
    ErrorPolicy on_read_error = ErrorPolicy::unsaid;
    unsigned queues = 0;     // of virtio; 0: QEMU's own
    unsigned queue_size = 0; // of virtio; 0: QEMU's own
    std::optional<IoTune> limits;
    std::string wwn;     // 16 hexadecimal digits, of ide, sata and scsi
    std::string vendor;  // of scsi
    std::string product; // of scsi
    std::optional<DiskGeometry> geometry;
    unsigned logical_block = 0; // bytes; 0: 512
    unsigned physical_block = 0;
    unsigned rotation_rate = 0;       // 1: none, it is no disk that turns; 0: not said
    unsigned iothread = 0;            // of virtio: the one that serves it; 0: QEMU's main one
    std::optional<bool> removable;    // of usb: it shows itself as a stick
    std::optional<bool> copy_on_read; // what is read from below is kept in the image
    std::uint64_t metadata_cache = 0; // bytes that QEMU remembers of a qcow2's tables; 0: its own
    unsigned boot_order = 0;          // 1 is tried first; 0: as <os> says
    bool operator==(const DiskTuning&) const = default;
};

} // namespace vmwarden
