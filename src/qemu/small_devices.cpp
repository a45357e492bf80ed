// SPDX-License-Identifier: LGPL-2.1-or-later
#include "src/qemu/small_devices.h"

#include "src/qemu/command_line.h"
#include "src/qemu/graphics.h"

#include <algorithm>

namespace vmwarden::qemu {

namespace {

void add_rng(CommandLine& command, const Rng& rng, const std::string& number) {
    const auto source = entropy_source(rng);
    Json object{{"qom-type", source.empty() ? "rng-builtin" : "rng-random"},
                {"id", "entropy" + number}};
    if (!source.empty()) object["filename"] = source;
    command.add("-object", object);
    Json device{{"driver", "virtio-rng-pci"}, {"id", "rng" + number}, {"rng", "entropy" + number}};
    if (rng.bytes != 0) device["max-bytes"] = rng.bytes;
    if (rng.bytes != 0) device["period"] = rng.period == 0 ? 1000 : rng.period;
    command.device(device, rng.info);
}

// The iTCO is on board of a q35, but may reset nothing until told so.
void add_watchdog(CommandLine& command, const Watchdog& watchdog, const std::string& number) {
    const auto id = "watchdog" + number;
    switch (watchdog.model) {
    case WatchdogModel::itco:
        command.add(
            "-global",
            Options().set("driver", "ICH9-LPC").set("property", "noreboot").set("value", "off"));
        break;
    case WatchdogModel::ib700:
        command.device(Json{{"driver", "ib700"}, {"id", id}}, watchdog.info);
        break;
    case WatchdogModel::i6300esb:
        command.device(Json{{"driver", "i6300esb"}, {"id", id}}, watchdog.info);
        break;
    }
}

void add_panic(CommandLine& command, const Panic& panic, const std::string& number) {
    if (panic.model == PanicModel::hyperv) return; // of the processor
    const bool pci = panic.model == PanicModel::pvpanic;
    command.device(Json{{"driver", pci ? "pvpanic-pci" : "pvpanic"}, {"id", "panic" + number}},
                   panic.info);
}

void add_balloon(CommandLine& command, const GuestDefinition& definition) {
    if (!definition.memballoon) return;
    const auto& balloon = definition.balloon;
    Json device{{"driver", "virtio-balloon-pci"}, {"id", "balloon0"}};
    if (balloon.autodeflate) device["deflate-on-oom"] = *balloon.autodeflate;
    if (balloon.free_page_reporting) device["free-page-reporting"] = *balloon.free_page_reporting;
    if (balloon.stats_period != 0) device["guest-stats-polling-interval"] = balloon.stats_period;
    command.device(device, balloon.info);
}

template <class Device, class Add>
void add_each(const std::vector<Device>& devices, Add add) {
    for (std::size_t i = 0; i < devices.size(); ++i)
        add(devices[i], std::to_string(i));
}

} // namespace

std::string entropy_source(const Rng& rng) {
    if (rng.backend == RngBackend::builtin) return {};
    return rng.path.empty() ? "/dev/urandom" : rng.path;
}

void add_iommu(CommandLine& command, const GuestDefinition& definition) {
    if (!definition.iommu) return;
    const auto& iommu = *definition.iommu;
    if (iommu.model == IommuModel::virtio)
        return command.device(Json{{"driver", "virtio-iommu-pci"}, {"id", "iommu0"}}, iommu.info);
    Json device{{"driver", "intel-iommu"}, {"id", "iommu0"}};
    if (iommu.intremap) device["intremap"] = *iommu.intremap ? "on" : "off";
    if (iommu.caching_mode) device["caching-mode"] = *iommu.caching_mode;
    if (iommu.eim) device["eim"] = *iommu.eim ? "on" : "off";
    if (iommu.iotlb) device["device-iotlb"] = *iommu.iotlb;
    if (iommu.aw_bits != 0) device["aw-bits"] = iommu.aw_bits;
    command.device(device, iommu.info);
}

void add_small_devices(CommandLine& command, const GuestDefinition& definition,
                       std::uint32_t free_cid) {
    add_each(definition.watchdogs, [&](const Watchdog& watchdog, const std::string& number) {
        add_watchdog(command, watchdog, number);
    });
    add_each(definition.rngs,
             [&](const Rng& rng, const std::string& number) { add_rng(command, rng, number); });
    add_each(definition.panics, [&](const Panic& panic, const std::string& number) {
        add_panic(command, panic, number);
    });
    if (definition.vsock)
        command.device(
            Json{{"driver", "vhost-vsock-pci"},
                 {"id", "vsock0"},
                 {"guest-cid", definition.vsock->cid != 0 ? definition.vsock->cid : free_cid}},
            definition.vsock->info);
    add_balloon(command, definition);
}

std::string_view watchdog_action(const GuestDefinition& definition) {
    if (definition.watchdogs.empty()) return {};
    switch (definition.watchdogs[0].action) {
    case WatchdogAction::shutdown:
        return "shutdown";
    case WatchdogAction::poweroff:
        return "poweroff";
    case WatchdogAction::pause:
        return "pause";
    case WatchdogAction::none:
        return "none";
    case WatchdogAction::inject_nmi:
        return "inject-nmi";
    case WatchdogAction::reset:
        break;
    }
    return "reset";
}

void check_small_devices(Diagnostics& found, const GuestDefinition& definition) {
    const bool q35 = chipset_of(definition.os.machine) == Chipset::q35;
    for (const auto& panic : definition.panics)
        if (definition.on_crash == LifecycleAction::restart)
            found.error(panic.place,
                        "a guest that tells of its crash is not started again in this version",
                        "write <on_crash>destroy</on_crash>, or preserve to find it paused");
    const bool gpu = std::ranges::any_of(definition.graphics, [](const Graphics& graphics) {
        return !render_node(graphics).empty();
    });
    for (const auto& video : definition.videos)
        if (video.accel3d == true && !gpu)
            found.error(video.place, "no display of this guest draws with the host's GPU",
                        "write <gl enable='yes'/> in <graphics>, add <graphics "
                        "type='egl-headless'/>, or write accel3d='no'");
    for (const auto& watchdog : definition.watchdogs)
        if (watchdog.model == WatchdogModel::itco && !q35)
            found.error(watchdog.place, "only a q35 has the watchdog 'itco'",
                        "write model='i6300esb', or machine='q35'");
    if (definition.iommu && !q35)
        found.error(definition.iommu->place, "only a q35 can have an IOMMU",
                    "write machine='q35', or remove <iommu>");
    for (const auto& video : definition.videos)
        if (video.model == "cirrus" && video.vram > 16 * 1024)
            found.error(video.place, "a cirrus has at most 16 MiB of memory", "write vram='16384'");
}

} // namespace vmwarden::qemu
