// SPDX-License-Identifier: LGPL-2.1-or-later
#include "src/native/disk_properties.h"

#include "src/base/text.h"
#include "src/native/images.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstdio>

namespace vmwarden::native {

namespace {

constexpr unsigned most_block = 2 * 1024 * 1024;

class DiskPropertyReader {
  public:
    DiskPropertyReader(Import& import, Properties& properties, Disk& disk)
      : import_(import)
      , properties_(properties)
      , disk_(disk) {}

    void read() {
        take_tuning();
        const auto removable = switch_of(properties_.peek("removable").value_or(""));
        if (disk_.bus == DiskBus::usb && removable) {
            disk_.tuning.removable = removable;
            properties_.take("removable");
        }
        if (disk_.bus != DiskBus::virtio) return;
        if (properties_.peek("scsi") == "off") properties_.take("scsi"); // as it is since 5.0
        take_queues();
        take_thread();
        take_switches();
    }

  private:
    void take_tuning() {
        auto& tuning = disk_.tuning;
        const bool ata = disk_.bus == DiskBus::ide || disk_.bus == DiskBus::sata;
        const bool scsi = disk_.bus == DiskBus::scsi;
        if (ata || scsi || disk_.bus == DiskBus::virtio) {
            take_policy("werror", tuning.on_error, true);
            take_policy("rerror", tuning.on_read_error, false);
            if (disk_.device == DiskDevice::disk) take_geometry(tuning);
        }
        if (ata || scsi) {
            if (const auto rate = small("rotation_rate", 1, 65534)) tuning.rotation_rate = *rate;
            take_wwn(tuning);
        }
        if (scsi) {
            take_label("vendor", 8, tuning.vendor);
            take_label("product", 16, tuning.product);
        }
        if (disk_.bus == DiskBus::fdc) return;
        take_block("logical_block_size", ata ? 512 : most_block, tuning.logical_block);
        take_block("physical_block_size", most_block, tuning.physical_block);
    }

    std::optional<unsigned> small(std::string_view key, unsigned least, unsigned most) {
        const auto number = parse_unsigned(properties_.peek(key).value_or(""));
        if (!number || *number < least || *number > most) return std::nullopt;
        properties_.take(key);
        return static_cast<unsigned>(*number);
    }
    void take_policy(std::string_view key, ErrorPolicy& policy, bool writes) {
        const auto word = properties_.peek(key).value_or("");
        const auto known = error_policy(word);
        if (!known || (*known == ErrorPolicy::enospace && !writes)) return;
        policy = *known;
        properties_.take(key);
    }
    void take_geometry(DiskTuning& tuning) {
        const auto number = [&](std::string_view key, std::uint64_t most) {
            const auto value = parse_unsigned(properties_.peek(key).value_or(""));
            return value && *value != 0 && *value <= most ? static_cast<unsigned>(*value) : 0U;
        };
        const DiskGeometry geometry{number("cyls", 65535), number("heads", 255),
                                    number("secs", 255)};
        if (geometry.cylinders == 0 || geometry.heads == 0 || geometry.sectors == 0) return;
        tuning.geometry = geometry;
        for (const auto* key : {"cyls", "heads", "secs"})
            properties_.take(key);
    }
    void take_wwn(DiskTuning& tuning) {
        const auto number = parse_unsigned(properties_.peek("wwn").value_or(""));
        if (!number || *number == 0) return;
        std::array<char, 17> text{};
        std::snprintf(text.data(), text.size(), "%016llx",
                      static_cast<unsigned long long>(*number));
        tuning.wwn = text.data();
        properties_.take("wwn");
    }
    void take_label(std::string_view key, std::size_t longest, std::string& label) {
        const auto text = properties_.peek(key).value_or("");
        const bool plain = std::ranges::all_of(text, [](char c) { return c >= ' ' && c <= '~'; });
        if (text.empty() || text.size() > longest || !plain || text.front() == ' ' ||
            text.back() == ' ')
            return;
        label = text;
        properties_.take(key);
    }
    void take_block(std::string_view key, unsigned most, unsigned& size) {
        const auto number = parse_unsigned(properties_.peek(key).value_or(""));
        if (!number || *number < 512 || *number > most || !std::has_single_bit(*number)) return;
        size = static_cast<unsigned>(*number);
        properties_.take(key);
    }
    void take_thread() {
        const auto thread = import_.threads.find(properties_.peek("iothread").value_or(""));
        if (thread == import_.threads.end()) return;
        disk_.tuning.iothread = thread->second;
        properties_.take("iothread");
    }
    void take_switches() {
        auto attempt = properties_;
        if (take_virtio_switches(attempt, virtio_switches, disk_.info))
            properties_ = std::move(attempt);
        else
            disk_.info.virtio.clear();
    }

    // As many as the definition can have; others stay where they are.
    void take_queues() {
        constexpr std::uint64_t most_queues = 1023;
        const auto queues = parse_unsigned(properties_.peek("num-queues").value_or(""));
        if (queues && *queues != 0 && *queues <= most_queues) {
            disk_.tuning.queues = static_cast<unsigned>(*queues);
            properties_.take("num-queues");
        }
        const auto size = parse_unsigned(properties_.peek("queue-size").value_or(""));
        if (size && *size >= 2 && *size <= 1024 && std::has_single_bit(*size)) {
            disk_.tuning.queue_size = static_cast<unsigned>(*size);
            properties_.take("queue-size");
        }
    }

    Import& import_;
    Properties& properties_;
    Disk& disk_;
};

} // namespace

void take_disk_properties(Import& import, Properties& properties, Disk& disk) {
    DiskPropertyReader(import, properties, disk).read();
}

} // namespace vmwarden::native
