// SPDX-License-Identifier: LGPL-2.1-or-later
#include "src/domain/words.h"
#include "src/domain/writers.h"

namespace vmwarden::domain {

namespace {

void write_limits(XmlWriter& xml, const IoLimits& limits, const std::string& suffix) {
    const auto write = [&](const char* name, std::uint64_t value) {
        if (value != 0) xml.text(name + suffix, std::to_string(value));
    };
    write("total_bytes_sec", limits.total_bytes);
    write("read_bytes_sec", limits.read_bytes);
    write("write_bytes_sec", limits.write_bytes);
    write("total_iops_sec", limits.total_iops);
    write("read_iops_sec", limits.read_iops);
    write("write_iops_sec", limits.write_iops);
}

void write_iotune(XmlWriter& xml, const IoTune& tune) {
    xml.element("iotune", {}, [&] {
        write_limits(xml, tune.limits, "");
        write_limits(xml, tune.bursts, "_max");
        write_limits(xml, tune.lengths, "_max_length");
        if (tune.size_iops != 0) xml.text("size_iops_sec", std::to_string(tune.size_iops));
    });
}

void write_blocks(XmlWriter& xml, const DiskTuning& tuning) {
    const auto logical = std::to_string(tuning.logical_block);
    const auto physical = std::to_string(tuning.physical_block);
    XmlAttributes attributes;
    if (tuning.logical_block != 0) attributes.push_back({"logical_block_size", logical});
    if (tuning.physical_block != 0) attributes.push_back({"physical_block_size", physical});
    if (!attributes.empty()) xml.empty("blockio", attributes);
}

} // namespace

void write_boot_order(XmlWriter& xml, unsigned order) {
    const auto text = std::to_string(order);
    if (order != 0) xml.empty("boot", {{"order", text}});
}

// The attributes of <driver> as a text each, kept by the caller while they are written.
std::vector<std::pair<std::string_view, std::string>> driver_tuning(const DiskTuning& tuning) {
    std::vector<std::pair<std::string_view, std::string>> out;
    const auto put = [&](std::string_view name, const auto& words, auto value) {
        if (value != decltype(value)::unsaid) out.emplace_back(name, word_for(words, value));
    };
    put("io", disk_ios, tuning.io);
    put("discard", disk_discards, tuning.discard);
    put("detect_zeroes", detect_zeroes_words, tuning.detect_zeroes);
    put("error_policy", error_policies, tuning.on_error);
    put("rerror_policy", error_policies, tuning.on_read_error);
    if (tuning.copy_on_read)
        out.emplace_back("copy_on_read", word_for(on_off, *tuning.copy_on_read));
    if (tuning.iothread != 0) out.emplace_back("iothread", std::to_string(tuning.iothread));
    if (tuning.queues != 0) out.emplace_back("queues", std::to_string(tuning.queues));
    if (tuning.queue_size != 0) out.emplace_back("queue_size", std::to_string(tuning.queue_size));
    return out;
}

void write_disk_tuning(XmlWriter& xml, const DiskTuning& tuning) {
    if (tuning.limits) write_iotune(xml, *tuning.limits);
    xml.text_if("wwn", tuning.wwn);
    xml.text_if("vendor", tuning.vendor);
    xml.text_if("product", tuning.product);
    if (tuning.geometry) {
        const auto cylinders = std::to_string(tuning.geometry->cylinders);
        const auto heads = std::to_string(tuning.geometry->heads);
        const auto sectors = std::to_string(tuning.geometry->sectors);
        xml.empty("geometry", {{"cyls", cylinders}, {"heads", heads}, {"secs", sectors}});
    }
    write_blocks(xml, tuning);
    write_boot_order(xml, tuning.boot_order);
}

} // namespace vmwarden::domain
