// SPDX-License-Identifier: LGPL-2.1-or-later
// <cputune>, <memtune>, <blkiotune>, <resource>.
#include "src/domain/readers.h"
#include "src/domain/values.h"

#include <algorithm>

namespace vmwarden::domain {

namespace {

constexpr std::string_view whole_guest = "the scope's limit is for all threads together: write "
                                         "global_quota and global_period";
constexpr std::string_view real_time = "a thread of real time could keep a processor of the host";
constexpr std::string_view cache = "the caches of the host's processors are not divided";
constexpr NotDone cputune_refused[] = {{"period", whole_guest},
                                       {"quota", whole_guest},
                                       {"emulator_period", whole_guest},
                                       {"emulator_quota", whole_guest},
                                       {"iothread_period", whole_guest},
                                       {"iothread_quota", whole_guest},
                                       {"vcpusched", real_time},
                                       {"iothreadsched", real_time},
                                       {"emulatorsched", real_time},
                                       {"cachetune", cache},
                                       {"memorytune", cache}};
constexpr NotDone resource_refused[] = {{"fibrechannel", "only a fabric of its own reads it"}};

// libvirt's ranges, which are the kernel's.
constexpr std::uint64_t most_shares = 10000;
constexpr std::uint64_t least_period = 1000;
constexpr std::uint64_t most_period = 1'000'000;
constexpr std::uint64_t least_quota = 1000;
constexpr std::uint64_t most_quota = 17'592'186'044'415;
constexpr std::uint64_t least_weight = 10;
constexpr std::uint64_t most_weight = 1000;
constexpr std::uint64_t most_rate = 1'000'000'000'000'000;
// What libvirt writes for a size without a limit.
constexpr std::uint64_t unlimited = 9'007'199'254'740'991ULL * 1024;

std::uint64_t number_in(ElementReader& element, std::uint64_t least, std::uint64_t most) {
    return number_from(element.trimmed_text(), "<" + std::string(element.name()) + ">", least, most,
                       element.report())
        .value_or(0);
}

// What is less than nothing is no limit.
std::uint64_t quota_in(ElementReader& element) {
    if (element.trimmed_text().text.starts_with('-')) return 0;
    return number_in(element, least_quota, most_quota);
}

NumberSet processors_in(ElementReader& element) {
    const auto text = element.required_attribute("cpuset");
    const auto set = text ? numbers_from(*text, "cpuset", element.report()) : std::nullopt;
    return set.value_or(NumberSet());
}

void read_pin(ElementReader& element, std::string_view attribute, std::uint64_t most,
              std::vector<ThreadPin>& to) {
    ThreadPin pin;
    pin.place = element.place();
    const auto text = element.required_attribute(attribute);
    const auto number =
        text ? number_from(*text, attribute, 0, most, element.report()) : std::nullopt;
    pin.processors = processors_in(element);
    if (!number || pin.processors.empty()) return;
    pin.number = static_cast<unsigned>(*number);
    to.push_back(std::move(pin));
}

// Sorted first: a hostile document may have as many as it likes.
void put_in_order(ElementReader& cputune, std::string_view what, std::vector<ThreadPin>& pins) {
    std::ranges::stable_sort(pins, {}, &ThreadPin::number);
    const auto twice = std::ranges::adjacent_find(pins, {}, &ThreadPin::number);
    if (twice != pins.end())
        cputune.error(cputune.at(),
                      "<" + std::string(what) + "> pins " + std::to_string(twice->number) +
                          " twice",
                      "remove one of them");
}

void check_iothread_pins(ElementReader& cputune, const GuestDefinition& guest) {
    const auto threads = all_iothreads(guest.iothreads);
    for (const auto& pin : guest.cpu_tune.iothread_pins)
        if (std::ranges::count(threads, pin.number, &IoThread::id) == 0)
            return cputune.error(cputune.at(),
                                 "<iothreadpin> pins I/O thread " + std::to_string(pin.number) +
                                     ", which is not there",
                                 "add it to <iothreadids>, or remove <iothreadpin>");
}

Bytes size_in(ElementReader& element) {
    const auto unit = element.attribute("unit");
    const auto size = memory_from(element.trimmed_text(), unit, element.report());
    return size && size->count < unlimited ? *size : Bytes{};
}

void check_memory_order(ElementReader& memtune, const GuestDefinition& guest) {
    const auto& tune = guest.memory_tune;
    const auto hard = tune.hard_limit.count;
    const auto wrong = [&](std::string_view message, std::string_view hint) {
        memtune.error(memtune.at(), std::string(message), std::string(hint));
    };
    if (hard != 0 && hard < guest.memory.count)
        wrong("<hard_limit> is less than the guest's own <memory>: the kernel would kill it",
              "leave room for QEMU itself as well, some hundred MiB");
    if (hard != 0 && tune.soft_limit.count > hard)
        wrong("<soft_limit> is more than <hard_limit>", "write less");
    if (tune.swap_hard_limit.count != 0 && hard == 0)
        wrong("<swap_hard_limit> counts memory and swap together, and needs <hard_limit>",
              "write <hard_limit> as well");
    else if (tune.swap_hard_limit.count != 0 && tune.swap_hard_limit.count <= hard)
        wrong("<swap_hard_limit> leaves no swap beside <hard_limit>", "write more");
    if (hard != 0 && tune.min_guarantee.count > hard)
        wrong("<min_guarantee> is more than <hard_limit>", "write less");
}

void read_block_device(ElementReader& element, BlockTune& tune) {
    BlockDeviceTune device;
    device.place = element.place();
    const bool named = element.child("path", [&](ElementReader& path) {
        device.path = path_from(path.text(), path.report()).value_or("");
    });
    const auto read = [&](std::string_view name, std::uint64_t& to) {
        element.child(name, [&](ElementReader& child) { to = number_in(child, 0, most_rate); });
    };
    element.child("weight", [&](ElementReader& weight) {
        device.weight = static_cast<unsigned>(number_in(weight, least_weight, most_weight));
    });
    read("read_bytes_sec", device.read_bytes);
    read("write_bytes_sec", device.write_bytes);
    read("read_iops_sec", device.read_operations);
    read("write_iops_sec", device.write_operations);
    if (!named)
        element.error(element.at(), "<device> needs a <path>", "write <path>/dev/sda</path>");
    if (device.path.empty()) return;
    const auto same = [&](const BlockDeviceTune& other) { return other.path == device.path; };
    constexpr std::size_t most_devices = 64;
    if (tune.devices.size() == most_devices)
        return element.error(element.at(), "more than 64 devices are not limited");
    if (std::ranges::any_of(tune.devices, same))
        return element.error(element.at(), "this device is listed twice", "remove one of them");
    if (device == BlockDeviceTune{.path = device.path, .place = device.place})
        return element.error(element.at(), "<device> limits nothing", "remove it");
    tune.devices.push_back(std::move(device));
}

// Threads of one kind: a quota below nothing is no limit, and the period beside it says nothing.
struct Quota {
    std::string_view quota;
    std::string_view period;
};
constexpr Quota quotas[] = {{"quota", "period"},
                            {"emulator_quota", "emulator_period"},
                            {"iothread_quota", "iothread_period"}};

void read_unlimited(ElementReader& cputune) {
    const auto limits = [](const Element& child, std::string_view name) {
        return child.name == name && child.text.find('-') == std::string::npos;
    };
    const auto ignore = [](ElementReader& child) { child.trimmed_text(); };
    for (const auto& kind : quotas) {
        const auto& children = cputune.element().children;
        if (std::ranges::any_of(children,
                                [&](const Element& child) { return limits(child, kind.quota); }))
            continue;
        cputune.child(kind.quota, ignore);
        cputune.child(kind.period, ignore);
    }
}

// Without what read_unlimited() has found to say nothing.
std::vector<NotDone> refused_of(const ElementReader& cputune) {
    std::vector<NotDone> list(std::begin(cputune_refused), std::end(cputune_refused));
    std::erase_if(list, [&](const NotDone& entry) {
        return std::ranges::any_of(cputune.element().children, [&](const Element& child) {
            return child.name == entry.name && child.known;
        });
    });
    return list;
}

} // namespace

void read_cputune(ElementReader& cputune, GuestDefinition& guest) {
    auto& tune = guest.cpu_tune;
    tune.place = cputune.place();
    cputune.child("shares", [&](ElementReader& shares) {
        tune.shares = static_cast<unsigned>(number_in(shares, 1, most_shares));
    });
    cputune.child("global_period", [&](ElementReader& period) {
        tune.period = number_in(period, least_period, most_period);
    });
    cputune.child("global_quota", [&](ElementReader& quota) { tune.quota = quota_in(quota); });
    if (tune.period != 0 && tune.quota == 0 && !cputune.report().has_errors())
        cputune.error(cputune.at(), "<global_period> without a <global_quota> limits nothing",
                      "write <global_quota>, or remove <global_period>");
    cputune.children("vcpupin", [&](ElementReader& pin) {
        read_pin(pin, "vcpu", guest.vcpus - 1, tune.vcpu_pins);
    });
    cputune.children("iothreadpin", [&](ElementReader& pin) {
        read_pin(pin, "iothread", last_iothread, tune.iothread_pins);
    });
    cputune.child("emulatorpin", [&](ElementReader& pin) {
        const auto processors = processors_in(pin);
        if (!processors.empty()) tune.emulator_pin = ThreadPin{0, processors, pin.place()};
    });
    put_in_order(cputune, "vcpupin", tune.vcpu_pins);
    put_in_order(cputune, "iothreadpin", tune.iothread_pins);
    check_iothread_pins(cputune, guest);
    read_unlimited(cputune);
    cputune.refuse_children(refused_of(cputune));
}

void read_memtune(ElementReader& memtune, GuestDefinition& guest) {
    auto& tune = guest.memory_tune;
    tune.place = memtune.place();
    const auto read = [&](std::string_view name, Bytes& to) {
        memtune.child(name, [&](ElementReader& size) { to = size_in(size); });
    };
    read("hard_limit", tune.hard_limit);
    read("soft_limit", tune.soft_limit);
    read("swap_hard_limit", tune.swap_hard_limit);
    read("min_guarantee", tune.min_guarantee);
    if (!memtune.report().has_errors()) check_memory_order(memtune, guest);
}

void read_blkiotune(ElementReader& blkiotune, GuestDefinition& guest) {
    auto& tune = guest.block_tune;
    tune.place = blkiotune.place();
    blkiotune.child("weight", [&](ElementReader& weight) {
        tune.weight = static_cast<unsigned>(number_in(weight, least_weight, most_weight));
    });
    blkiotune.children("device", [&](ElementReader& device) { read_block_device(device, tune); });
}

void read_resource(ElementReader& resource, GuestDefinition& guest) {
    resource.child("partition", [&](ElementReader& partition) {
        const auto path = partition.trimmed_text();
        guest.partition.place = partition.place();
        const auto read = path_from(path, partition.report());
        if (!read) return;
        guest.partition.path = *read;
        const bool plain = std::ranges::all_of(*read, [](char c) { return c > ' ' && c <= '~'; });
        if (!plain || read->find("//") != std::string::npos ||
            (*read + "/").find("/./") != read->npos)
            partition.error(path.at, in_quotes(path.text) + " is no partition",
                            "write names with one '/' before each: /machine/production");
    });
    resource.refuse_children(resource_refused);
}

} // namespace vmwarden::domain
