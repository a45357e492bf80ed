// SPDX-License-Identifier: LGPL-2.1-or-later
#include "src/native/drive_limits.h"

#include "src/base/text.h"
#include "src/native/device_reader.h"

namespace vmwarden::native {

namespace {

struct Limit {
    std::string_view name;  // of a group, and behind "throttling." of a drive
    std::string_view older; // of a drive
    std::uint64_t IoLimits::*field;
};
constexpr Limit limits[] = {{"bps-total", "bps", &IoLimits::total_bytes},
                            {"bps-read", "bps_rd", &IoLimits::read_bytes},
                            {"bps-write", "bps_wr", &IoLimits::write_bytes},
                            {"iops-total", "iops", &IoLimits::total_iops},
                            {"iops-read", "iops_rd", &IoLimits::read_iops},
                            {"iops-write", "iops_wr", &IoLimits::write_iops}};

class LimitReader {
  public:
    explicit LimitReader(Properties& properties)
      : properties_(properties) {}

    // By either name of each.
    bool read(const std::string& prefix, bool older) {
        for (const auto& limit : limits) {
            const auto name = prefix + std::string(limit.name);
            take(name, tune_.limits.*limit.field);
            take(name + "-max", tune_.bursts.*limit.field);
            take(name + "-max-length", tune_.lengths.*limit.field);
            if (!older) continue;
            take(std::string(limit.older), tune_.limits.*limit.field);
            take(std::string(limit.older) + "_max", tune_.bursts.*limit.field);
            take(std::string(limit.older) + "_max_length", tune_.lengths.*limit.field);
        }
        take(prefix + "iops-size", tune_.size_iops);
        if (older) take("iops_size", tune_.size_iops);
        return !failed_;
    }
    [[nodiscard]] const IoTune& tune() const { return tune_; }

  private:
    void take(const std::string& key, std::uint64_t& into) {
        const auto text = properties_.take(key);
        if (!text) return;
        const auto number = parse_unsigned(*text);
        if (!number) failed_ = true;
        into = number.value_or(0);
    }

    Properties& properties_;
    IoTune tune_;
    bool failed_ = false;
};

bool give(Import& import, const IoTune& tune, DiskTuning& tuning) {
    if (tune == IoTune{}) return true;
    Disk disk;
    disk.source = "/disk";
    disk.target = "vda";
    disk.bus = DiskBus::virtio;
    disk.tuning.limits = tune;
    if (!can_be_defined(import, [&](auto& probe) { probe.disks = {disk}; })) return false;
    tuning.limits = tune;
    return true;
}

} // namespace

bool take_group_limits(Import& import, Properties properties, DiskTuning& tuning) {
    properties.take("qom-type");
    properties.take("id");
    LimitReader reader(properties);
    return reader.read("limits.", false) && properties.left().empty() &&
           give(import, reader.tune(), tuning);
}

bool take_drive_limits(Import& import, Properties& properties, DiskTuning& tuning) {
    LimitReader reader(properties);
    return reader.read("throttling.", true) && give(import, reader.tune(), tuning);
}

} // namespace vmwarden::native
