// SPDX-License-Identifier: LGPL-2.1-or-later
// The definition's own share of the host: what the scope's node says of it, and where threads run.
#include "src/verify/rows.h"

#include <algorithm>

namespace vmwarden::verifying {

namespace {

// What a file of the node must say: one of its lines.
struct Expected {
    std::string protection;
    std::string_view controller;
    std::string_view file;
    std::string line;
    std::string_view property; // of the unit
};

std::string number_or_max(std::uint64_t number) {
    return number == 0 ? "max" : std::to_string(number);
}

std::string device_text(DeviceNumber device) {
    return std::to_string(device.major) + ":" + std::to_string(device.minor);
}

std::vector<Expected> expected_of(const plan::Tuning& tuning) {
    std::vector<Expected> out;
    const auto add = [&](bool said, Expected one) {
        if (said) out.push_back(std::move(one));
    };
    const auto number = [](std::uint64_t value) { return std::to_string(value); };
    add(tuning.cpu_weight != 0,
        {"processor weight", "cpu", "cpu.weight", number(tuning.cpu_weight), "CPUWeight="});
    add(tuning.cpu_quota_usec != 0,
        {"processor time", "cpu", "cpu.max",
         number(tuning.cpu_quota_usec) + " " + number(tuning.cpu_period_usec), "CPUQuota="});
    add(tuning.memory_high != 0,
        {"memory reclaim", "memory", "memory.high", number(tuning.memory_high), "MemoryHigh="});
    add(tuning.memory_low != 0,
        {"memory guarantee", "memory", "memory.low", number(tuning.memory_low), "MemoryLow="});
    add(tuning.memory_swap_max != 0,
        {"swap", "memory", "memory.swap.max", number(tuning.memory_swap_max), "MemorySwapMax="});
    add(tuning.io_weight != 0,
        {"disk weight", "io", "io.weight", "default " + number(tuning.io_weight), "IOWeight="});
    add(!tuning.processors.empty(),
        {"processors", "cpuset", "cpuset.cpus", tuning.processors, "AllowedCPUs="});
    add(!tuning.memory_nodes.empty(),
        {"memory nodes", "cpuset", "cpuset.mems", tuning.memory_nodes, "AllowedMemoryNodes="});
    for (const auto& io : tuning.io) {
        const auto device = device_text(io.device) + " ";
        add(io.weight != 0, {"weight of " + io.path, "io", "io.weight", device + number(io.weight),
                             "IODeviceWeight="});
        add(io.read_bytes + io.write_bytes + io.read_operations + io.write_operations != 0,
            {"limits of " + io.path, "io", "io.max",
             device + "rbps=" + number_or_max(io.read_bytes) + " wbps=" +
                 number_or_max(io.write_bytes) + " riops=" + number_or_max(io.read_operations) +
                 " wiops=" + number_or_max(io.write_operations),
             "IO...Max="});
    }
    return out;
}

bool has_line(std::string_view text, std::string_view line) {
    while (!text.empty()) {
        const auto end = std::min(text.find('\n'), text.size());
        if (text.substr(0, end) == line) return true;
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return false;
}

std::string one_line(std::string text) {
    while (text.ends_with('\n'))
        text.pop_back();
    std::replace(text.begin(), text.end(), '\n', ',');
    return text.empty() ? "nothing" : text;
}

// Limits are for controllers that the host has, as those of the policy.
VerifyRow row_of(const Expected& expected, const KernelView& view) {
    const auto& offered = view.controllers;
    if (std::find(offered.begin(), offered.end(), expected.controller) == offered.end())
        return {expected.protection, true, expected.line,
                "not limited: this host's unified hierarchy has no controller " +
                    std::string(expected.controller),
                ""};
    const auto file = view.scope_files.find(std::string(expected.file));
    const bool read = file != view.scope_files.end();
    const bool holds = read && has_line(file->second, expected.line);
    return {expected.protection, holds, expected.line,
            read ? one_line(file->second) : "could not be read",
            holds ? ""
                  : "somebody has changed the scope's " + std::string(expected.property) +
                        ", or this kernel cannot do it; systemctl show names it"};
}

std::string name_of(const plan::ThreadPlace& place) {
    using Kind = plan::ThreadPlace::Kind;
    if (place.kind == Kind::emulator) return "processors of QEMU";
    return (place.kind == Kind::vcpu ? "processors of vcpu " : "processors of iothread ") +
           std::to_string(place.number);
}

// QEMU names its threads (-name debug-threads=on), and the kernel shows the names.
bool is_thread(const ThreadView& thread, const plan::ThreadPlace& place) {
    using Kind = plan::ThreadPlace::Kind;
    const auto number = std::to_string(place.number);
    if (place.kind == Kind::emulator) return thread.is_main;
    if (place.kind == Kind::vcpu) return thread.name.starts_with("CPU " + number + "/");
    return thread.name == "IO iothread" + number;
}

VerifyRow thread_row(const plan::ThreadPlace& place, const KernelView& view) {
    const auto found =
        std::find_if(view.threads.begin(), view.threads.end(),
                     [&](const ThreadView& thread) { return is_thread(thread, place); });
    const bool there = found != view.threads.end();
    const bool holds = there && found->processors == place.processors;
    return {name_of(place), holds, place.processors, there ? found->processors : "no such thread",
            holds ? ""
                  : "somebody has moved it: stop the guest and start it again, or see what "
                    "the slice's AllowedCPUs= leaves"};
}

} // namespace

void add_tuning_rows(Rows& rows, const LaunchPlan& plan, const KernelView& view) {
    if (!plan.scope.tuning) return;
    for (const auto& expected : expected_of(*plan.scope.tuning))
        rows.push_back(row_of(expected, view));
    for (const auto& place : plan.scope.tuning->threads)
        rows.push_back(thread_row(place, view));
}

} // namespace vmwarden::verifying
