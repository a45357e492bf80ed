// SPDX-License-Identifier: LGPL-2.1-or-later
#include "src/domain/writers.h"

namespace vmwarden::domain {

namespace {

void write_number(XmlWriter& xml, std::string_view name, std::uint64_t number) {
    if (number != 0) xml.text(name, std::to_string(number));
}

void write_size(XmlWriter& xml, std::string_view name, Bytes size) {
    if (size.count != 0) xml.text(name, std::to_string(size.count / 1024), {{"unit", "KiB"}});
}

void write_pins(XmlWriter& xml, std::string_view name, std::string_view attribute,
                const std::vector<ThreadPin>& pins) {
    for (const auto& pin : pins) {
        const auto number = std::to_string(pin.number);
        const auto processors = pin.processors.text();
        xml.empty(name, {{attribute, number}, {"cpuset", processors}});
    }
}

bool says_tune(const CpuTune& tune) {
    return tune != CpuTune{.processors = tune.processors, .place = tune.place};
}

} // namespace

void write_cpu_tune(XmlWriter& xml, const CpuTune& tune) {
    if (!says_tune(tune)) return;
    xml.element("cputune", {}, [&] {
        write_number(xml, "shares", tune.shares);
        write_number(xml, "global_period", tune.period);
        write_number(xml, "global_quota", tune.quota);
        write_pins(xml, "vcpupin", "vcpu", tune.vcpu_pins);
        if (tune.emulator_pin) {
            const auto processors = tune.emulator_pin->processors.text();
            xml.empty("emulatorpin", {{"cpuset", processors}});
        }
        write_pins(xml, "iothreadpin", "iothread", tune.iothread_pins);
    });
}

void write_memory_tune(XmlWriter& xml, const MemoryTune& tune) {
    if (tune == MemoryTune{.place = tune.place}) return;
    xml.element("memtune", {}, [&] {
        write_size(xml, "hard_limit", tune.hard_limit);
        write_size(xml, "soft_limit", tune.soft_limit);
        write_size(xml, "min_guarantee", tune.min_guarantee);
        write_size(xml, "swap_hard_limit", tune.swap_hard_limit);
    });
}

void write_block_tune(XmlWriter& xml, const BlockTune& tune) {
    if (tune == BlockTune{.place = tune.place}) return;
    xml.element("blkiotune", {}, [&] {
        write_number(xml, "weight", tune.weight);
        for (const auto& device : tune.devices)
            xml.element("device", {}, [&] {
                xml.text("path", device.path);
                write_number(xml, "weight", device.weight);
                write_number(xml, "read_bytes_sec", device.read_bytes);
                write_number(xml, "write_bytes_sec", device.write_bytes);
                write_number(xml, "read_iops_sec", device.read_operations);
                write_number(xml, "write_iops_sec", device.write_operations);
            });
    });
}

void write_partition(XmlWriter& xml, const Partition& partition) {
    if (partition.path.empty()) return;
    xml.element("resource", {}, [&] { xml.text("partition", partition.path); });
}

} // namespace vmwarden::domain
