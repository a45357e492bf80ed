// SPDX-License-Identifier: LGPL-2.1-or-later
#include "src/qemu/platform.h"

#include "src/base/text.h"
#include "src/qemu/board.h"
#include "src/qemu/command_line.h"
#include "src/qemu/memory.h"
#include "src/qemu/unsupported.h"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <ctime>

namespace vmwarden::qemu {

namespace {

const Timer* timer_named(const GuestDefinition& definition, TimerName name) {
    const auto found = std::ranges::find(definition.timers, name, &Timer::name);
    return found == definition.timers.end() ? nullptr : &*found;
}

std::string iso_time(std::uint64_t seconds) {
    const auto moment = static_cast<std::time_t>(seconds);
    std::tm parts{};
    ::gmtime_r(&moment, &parts);
    std::array<char, 32> text{};
    std::strftime(text.data(), text.size(), "%Y-%m-%dT%H:%M:%S", &parts);
    return text.data();
}

std::string clock_base(const GuestDefinition& definition) {
    if (definition.clock == ClockOffset::absolute)
        return iso_time(definition.clock_start.value_or(0));
    // Another zone than the host's is in QEMU's environment: TZ.
    const bool local = definition.clock == ClockOffset::localtime ||
                       definition.clock_basis == ClockOffset::localtime ||
                       !clock_zone(definition).empty();
    return local ? "localtime" : "utc";
}

void add_flash(CommandLine& command, const std::string& node, const std::string& path,
               bool read_only) {
    command.add("-blockdev", Json{{"driver", "file"},
                                  {"node-name", node + "-file"},
                                  {"read-only", read_only},
                                  {"filename", path},
                                  {"auto-read-only", false}});
    command.add("-blockdev", Json{{"driver", "raw"},
                                  {"node-name", node},
                                  {"read-only", read_only},
                                  {"file", node + "-file"}});
}

std::string_view power_controller(const GuestDefinition& definition) {
    return chipset_of(definition.os.machine) == Chipset::q35 ? "ICH9-LPC" : "PIIX4_PM";
}

Options global(std::string_view driver, std::string_view property, std::string_view value) {
    return Options().set("driver", driver).set("property", property).set("value", value);
}

bool is_pflash(const Firmware& firmware) {
    return firmware.loader && !firmware.loader->path.empty() &&
           firmware.loader->type == LoaderType::pflash;
}

} // namespace

// A zone of our own, as far from UTC as is asked; east is negative there (tzset(3)).
std::string clock_zone(const GuestDefinition& definition) {
    const auto seconds = definition.clock_adjustment.value_or(0);
    if (seconds == 0) return definition.timezone;
    const auto distance = static_cast<unsigned>(std::abs(seconds));
    return std::string("GUEST") + (seconds > 0 ? "-" : "+") + std::to_string(distance / 3600) +
           ":" + std::to_string(distance / 60 % 60) + ":" + std::to_string(distance % 60);
}

void add_clock(CommandLine& command, const GuestDefinition& definition) {
    Options options;
    options.set("base", clock_base(definition));
    const auto* rtc = timer_named(definition, TimerName::rtc);
    if (rtc != nullptr && rtc->track == TimerTrack::guest) options.set("clock", "vm");
    if (rtc != nullptr && rtc->track == TimerTrack::wall) options.set("clock", "host");
    if (rtc != nullptr && rtc->tick != TickPolicy::unsaid)
        options.set("driftfix", rtc->tick == TickPolicy::catchup ? "slew" : "none");
    command.add("-rtc", options);
    const auto* pit = timer_named(definition, TimerName::pit);
    const bool kvm = definition.type == DomainType::kvm; // QEMU's own one delays, always
    if (kvm && pit != nullptr && pit->tick != TickPolicy::unsaid)
        command.add("-global", global("kvm-pit", "lost_tick_policy",
                                      pit->tick == TickPolicy::delay ? "delay" : "discard"));
}

void add_firmware(CommandLine& command, const GuestDefinition& definition) {
    const auto& firmware = definition.os.firmware;
    const bool named = firmware.loader && !firmware.loader->path.empty();
    if (named && !is_pflash(firmware)) command.raw("-bios", firmware.loader->path);
    if (is_pflash(firmware)) add_flash(command, "loader", firmware.loader->path, true);
    if (!firmware.nvram.empty()) add_flash(command, "nvram", firmware.nvram, false);
    if (firmware.loader && firmware.loader->secure)
        command.add("-global", global("cfi.pflash01", "secure", "on"));
    if (const auto tseg = definition.feature_details.tseg; tseg != 0)
        command.add("-global", global("mch", "extended-tseg-mbytes", std::to_string(tseg / 1024)));
    if (!firmware.dtb.empty()) command.raw("-dtb", firmware.dtb);
    if (definition.feature_details.vmcoreinfo == true)
        command.add("-device", Json{{"driver", "vmcoreinfo"}, {"id", "vmcoreinfo0"}});
    if (definition.generation_id)
        command.add("-device", Json{{"driver", "vmgenid"},
                                    {"id", "vmgenid0"},
                                    {"guid", definition.generation_id->text()}});
}

void add_power(CommandLine& command, const GuestDefinition& definition) {
    const auto driver = power_controller(definition);
    const auto add = [&](std::string_view property, std::optional<bool> enabled) {
        if (enabled) command.add("-global", global(driver, property, *enabled ? "0" : "1"));
    };
    add("disable_s3", definition.power.suspend_to_mem);
    add("disable_s4", definition.power.suspend_to_disk);
}

void set_platform(Options& machine, const GuestDefinition& definition) {
    const auto& details = definition.feature_details;
    const auto put = [&](std::string_view name, std::optional<bool> on) {
        if (on) machine.set(name, *on ? "on" : "off");
    };
    put("vmport", details.vmport);
    put("smm", details.smm);
    put("i8042", details.ps2);
    if (details.ioapic != IoapicDriver::unsaid)
        machine.set("kernel-irqchip", details.ioapic == IoapicDriver::kvm ? "on" : "split");
    if (const auto* hpet = timer_named(definition, TimerName::hpet)) put("hpet", hpet->present);
    if (const auto* pit = timer_named(definition, TimerName::pit)) put("pit", pit->present);
    if (definition.memory_backing.nosharepages) machine.set("mem-merge", "off");
    if (const auto memory = machine_memory(definition); !memory.empty())
        machine.set("memory-backend", memory);
    if (is_pflash(definition.os.firmware)) machine.set("pflash0", "loader");
    if (!definition.os.firmware.nvram.empty()) machine.set("pflash1", "nvram");
}

bool locks_memory(const GuestDefinition& definition) {
    return definition.memory_backing.locked;
}

void check_platform(Diagnostics& found, const GuestDefinition& definition) {
    const auto& firmware = definition.os.firmware;
    const auto& details = definition.feature_details;
    const bool q35 = chipset_of(definition.os.machine) == Chipset::q35;
    const bool named = firmware.loader && !firmware.loader->path.empty();
    if (firmware.kind == FirmwareKind::efi && !named)
        found.error(definition.os.place, "firmware is looked for on the host that starts the guest",
                    "name one in <loader type='pflash'>");
    else if (named && !firmware.nvram_template.empty() && firmware.nvram.empty())
        found.error(firmware.nvram_place,
                    "the place of the variables is chosen on the host that starts the guest",
                    "write it in <nvram>");
    check_path(found, firmware.nvram_place, "template", firmware.nvram_template);
    if (firmware.loader) check_path(found, firmware.loader->place, "loader", firmware.loader->path);
    check_path(found, firmware.nvram_place, "nvram", firmware.nvram);
    check_path(found, firmware.dtb_place, "dtb", firmware.dtb);
    if (!firmware.nvram.empty() && !is_pflash(firmware))
        found.error(firmware.nvram_place, "variables need a loader of type 'pflash'");
    if (!firmware.dtb.empty() && definition.os.kernel.empty())
        found.error(firmware.dtb_place, "a device tree needs a kernel", "add <kernel>");
    if (firmware.loader && firmware.loader->secure && (!q35 || details.smm != true))
        found.error(firmware.loader->place, "a secure loader needs system management mode",
                    "write machine='q35' and <smm state='on'/> in <features>");
    if (details.tseg != 0 && (!q35 || details.smm == false))
        found.error(details.place, "only system management mode on a q35 has a <tseg>",
                    "write machine='q35' and <smm state='on'>");
    for (const auto& feature : definition.cpu.features)
        if (!plain_word(feature.name))
            found.error(feature.place, "'" + printable(feature.name) + "' cannot be a feature");
    check_text(found, details.place, "vendor_id", details.hyperv_vendor);
    const auto& power = definition.power;
    const bool says_power = power.suspend_to_mem || power.suspend_to_disk;
    if (says_power && !definition.features.acpi && !q35)
        found.error(definition.place, "only a machine with ACPI can sleep, or not sleep",
                    "write <acpi/> in <features>, or remove <pm>");
    const auto* pit = timer_named(definition, TimerName::pit);
    if (pit != nullptr && pit->tick == TickPolicy::discard && definition.type == DomainType::qemu)
        found.error(pit->place, "tick policy 'discard' needs KVM", "write tickpolicy='delay'");
    const auto& topology = definition.cpu.topology;
    if (topology && std::uint64_t{topology->sockets} * topology->dies * topology->cores *
                            std::uint64_t{topology->threads} !=
                        definition.vcpus)
        found.error(definition.cpu.place, "the topology has another number of processors");
    if (definition.iommu && definition.iommu->intremap == true &&
        definition.type == DomainType::kvm && details.ioapic != IoapicDriver::qemu)
        found.error(definition.iommu->place, "interrupt remapping needs QEMU's own IOAPIC",
                    "write <ioapic driver='qemu'/> in <features>");
}

} // namespace vmwarden::qemu
