// SPDX-License-Identifier: LGPL-2.1-or-later
#include "src/qemu/drive_tuning.h"

#include "src/qemu/threads.h"

namespace vmwarden::qemu {

namespace {

std::string_view word_of(ErrorPolicy policy) {
    switch (policy) {
    case ErrorPolicy::stop:
        return "stop";
    case ErrorPolicy::ignore:
        return "ignore";
    case ErrorPolicy::enospace:
        return "enospc";
    case ErrorPolicy::report:
    case ErrorPolicy::unsaid:
        break;
    }
    return "report";
}

std::string_view word_of(DetectZeroes detect) {
    switch (detect) {
    case DetectZeroes::on:
        return "on";
    case DetectZeroes::unmap:
        return "unmap";
    case DetectZeroes::off:
    case DetectZeroes::unsaid:
        break;
    }
    return "off";
}

void set_limits(Json& object, const IoLimits& limits, const std::string& suffix) {
    const auto set = [&](const char* name, std::uint64_t value) {
        if (value != 0) object[name + suffix] = value;
    };
    set("bps-total", limits.total_bytes);
    set("bps-read", limits.read_bytes);
    set("bps-write", limits.write_bytes);
    set("iops-total", limits.total_iops);
    set("iops-read", limits.read_iops);
    set("iops-write", limits.write_iops);
}

} // namespace

std::string_view aio_of(DiskIo io) {
    switch (io) {
    case DiskIo::threads:
        return "threads";
    case DiskIo::native:
        return "native";
    case DiskIo::io_uring:
        return "io_uring";
    case DiskIo::unsaid:
        break;
    }
    return {};
}

// What backs a disk is only read.
void set_node_tuning(Json& node, const DiskTuning& tuning, std::size_t level) {
    if (level != 0) return;
    if (tuning.discard != DiskDiscard::unsaid)
        node["discard"] = tuning.discard == DiskDiscard::unmap ? "unmap" : "ignore";
    if (tuning.detect_zeroes != DetectZeroes::unsaid)
        node["detect-zeroes"] = word_of(tuning.detect_zeroes);
}

void set_device_tuning(Json& device, const DiskTuning& tuning) {
    if (tuning.on_error != ErrorPolicy::unsaid) device["werror"] = word_of(tuning.on_error);
    const auto& on_read = tuning.on_read_error;
    // As libvirt has it, a policy for errors is one for reading too, but for the word that only
    // writing knows.
    if (on_read != ErrorPolicy::unsaid)
        device["rerror"] = word_of(on_read);
    else if (tuning.on_error != ErrorPolicy::unsaid && tuning.on_error != ErrorPolicy::enospace)
        device["rerror"] = word_of(tuning.on_error);
    if (tuning.iothread != 0) device["iothread"] = iothread_id(tuning.iothread);
    if (tuning.queues != 0) device["num-queues"] = tuning.queues;
    if (tuning.queue_size != 0) device["queue-size"] = tuning.queue_size;
    if (!tuning.wwn.empty()) device["wwn"] = std::stoull(tuning.wwn, nullptr, 16);
    if (!tuning.vendor.empty()) device["vendor"] = tuning.vendor;
    if (!tuning.product.empty()) device["product"] = tuning.product;
    if (tuning.removable) device["removable"] = *tuning.removable;
    if (tuning.rotation_rate != 0) device["rotation_rate"] = tuning.rotation_rate;
    if (tuning.logical_block != 0) device["logical_block_size"] = tuning.logical_block;
    if (tuning.physical_block != 0) device["physical_block_size"] = tuning.physical_block;
    if (!tuning.geometry) return;
    device["cyls"] = tuning.geometry->cylinders;
    device["heads"] = tuning.geometry->heads;
    device["secs"] = tuning.geometry->sectors;
}

std::string throttle_node(const std::string& target) {
    return target + "-limits";
}

void add_throttle(CommandLine& command, const std::string& target, const std::string& node,
                  const IoTune& limits) {
    const auto group = "limits-" + target;
    Json values = Json::object();
    set_limits(values, limits.limits, "");
    set_limits(values, limits.bursts, "-max");
    set_limits(values, limits.lengths, "-max-length");
    if (limits.size_iops != 0) values["iops-size"] = limits.size_iops;
    Json object{{"qom-type", "throttle-group"}, {"id", group}};
    object["limits"] = values;
    command.add("-object", object);
    command.add("-blockdev", Json{{"driver", "throttle"},
                                  {"node-name", throttle_node(target)},
                                  {"throttle-group", group},
                                  {"file", node}});
}

} // namespace vmwarden::qemu
