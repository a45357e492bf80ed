// SPDX-License-Identifier: LGPL-2.1-or-later
#include "src/domain/words.h"
#include "src/domain/writers.h"

namespace vmwarden::domain {

namespace {

void write_switch(XmlWriter& xml, std::string_view name, std::optional<bool> value) {
    if (value) xml.empty(name, {{"state", word_for(on_off, *value)}});
}

void write_hyperv_switch(XmlWriter& xml, const NamedSwitch& each, const FeatureDetails& details) {
    XmlAttributes attributes{{"state", word_for(on_off, each.on)}};
    const auto retries = std::to_string(details.spinlock_retries);
    if (each.name == "spinlocks" && details.spinlock_retries != 0)
        attributes.push_back({"retries", retries});
    if (each.name == "vendor_id" && !details.hyperv_vendor.empty())
        attributes.push_back({"value", details.hyperv_vendor});
    xml.element(each.name, attributes, [&] {
        if (each.name == "stimer") write_switch(xml, "direct", details.stimer_direct);
    });
}

void write_hyperv(XmlWriter& xml, const FeatureDetails& details) {
    if (details.hyperv_passthrough) return xml.empty("hyperv", {{"mode", "passthrough"}});
    if (details.hyperv.empty()) return;
    xml.element("hyperv", {}, [&] {
        for (const auto& each : details.hyperv)
            write_hyperv_switch(xml, each, details);
    });
}

void write_kvm(XmlWriter& xml, const FeatureDetails& details) {
    if (details.kvm.empty() && details.dirty_ring == 0) return;
    const auto size = std::to_string(details.dirty_ring);
    xml.element("kvm", {}, [&] {
        for (const auto& each : details.kvm)
            write_switch(xml, each.name, each.on);
        if (details.dirty_ring != 0) xml.empty("dirty-ring", {{"state", "on"}, {"size", size}});
    });
}

void write_smm(XmlWriter& xml, const FeatureDetails& details) {
    if (details.tseg == 0) return write_switch(xml, "smm", details.smm);
    xml.element("smm", {{"state", word_for(on_off, details.smm.value_or(true))}}, [&] {
        xml.text("tseg", std::to_string(details.tseg), {{"unit", "KiB"}});
    });
}

void write_timer(XmlWriter& xml, const Timer& timer) {
    XmlAttributes attributes{{"name", word_for(timer_names, timer.name)}};
    const auto frequency = std::to_string(timer.frequency);
    if (timer.tick != TickPolicy::unsaid)
        attributes.push_back({"tickpolicy", word_for(tick_policies, timer.tick)});
    if (timer.track != TimerTrack::unsaid)
        attributes.push_back({"track", word_for(timer_tracks, timer.track)});
    if (timer.frequency != 0) attributes.push_back({"frequency", frequency});
    if (timer.present) attributes.push_back({"present", word_for(yes_no, *timer.present)});
    xml.empty("timer", attributes);
}

void write_loader(XmlWriter& xml, const Loader& loader) {
    XmlAttributes attributes{{"readonly", "yes"}, {"type", word_for(loader_types, loader.type)}};
    if (loader.secure) attributes.push_back({"secure", "yes"});
    if (loader.stateless) attributes.push_back({"stateless", word_for(yes_no, *loader.stateless)});
    if (loader.path.empty()) return xml.empty("loader", attributes);
    xml.text("loader", loader.path, attributes);
}

void write_wishes(XmlWriter& xml, const Firmware& firmware) {
    const auto write = [&](std::string_view name, std::optional<bool> wish) {
        if (wish) xml.empty("feature", {{"enabled", word_for(yes_no, *wish)}, {"name", name}});
    };
    if (!firmware.secure_boot && !firmware.enrolled_keys) return;
    xml.element("firmware", {}, [&] {
        write("secure-boot", firmware.secure_boot);
        write("enrolled-keys", firmware.enrolled_keys);
    });
}

void write_nvram(XmlWriter& xml, const Firmware& firmware) {
    XmlAttributes attributes;
    if (!firmware.nvram_template.empty())
        attributes.push_back({"template", firmware.nvram_template});
    if (!firmware.nvram.empty()) return xml.text("nvram", firmware.nvram, attributes);
    if (!attributes.empty()) xml.empty("nvram", attributes);
}

void write_menu(XmlWriter& xml, const BootMenu& menu) {
    XmlAttributes attributes{{"enable", word_for(yes_no, menu.enabled)}};
    const auto timeout = std::to_string(menu.timeout.value_or(0));
    if (menu.timeout) attributes.push_back({"timeout", timeout});
    xml.empty("bootmenu", attributes);
}

void write_cpu_inside(XmlWriter& xml, const GuestDefinition& guest) {
    const auto& cpu = guest.cpu;
    XmlAttributes model;
    if (cpu.fallback) model.push_back({"fallback", *cpu.fallback ? "allow" : "forbid"});
    if (!cpu.vendor_id.empty()) model.push_back({"vendor_id", cpu.vendor_id});
    if (!guest.cpu_model.empty())
        xml.text("model", guest.cpu_model, model);
    else if (!model.empty())
        xml.empty("model", model);
    if (cpu.topology) {
        const auto sockets = std::to_string(cpu.topology->sockets);
        const auto dies = std::to_string(cpu.topology->dies);
        const auto cores = std::to_string(cpu.topology->cores);
        const auto threads = std::to_string(cpu.topology->threads);
        xml.empty("topology",
                  {{"sockets", sockets}, {"dies", dies}, {"cores", cores}, {"threads", threads}});
    }
    if (cpu.cache == CpuCache::emulate)
        xml.empty("cache", {{"level", "3"}, {"mode", "emulate"}});
    else if (cpu.cache != CpuCache::unsaid)
        xml.empty("cache", {{"mode", word_for(cpu_caches, cpu.cache)}});
    if (cpu.address_bits) {
        const bool host = *cpu.address_bits == 0;
        const auto bits = std::to_string(*cpu.address_bits);
        const auto most = std::to_string(cpu.most_address_bits);
        XmlAttributes address{{"mode", host ? "passthrough" : "emulate"}};
        if (!host) address.push_back({"bits", bits});
        if (cpu.most_address_bits != 0) address.push_back({"limit", most});
        xml.empty("maxphysaddr", address);
    }
    for (const auto& feature : cpu.features)
        xml.empty("feature", {{"policy", word_for(cpu_feature_policies, feature.policy)},
                              {"name", feature.name}});
    write_numa_cells(xml, guest.numa_cells);
}

} // namespace

void write_memory_backing(XmlWriter& xml, const MemoryBacking& backing) {
    if (backing == MemoryBacking{.place = backing.place}) return;
    xml.element("memoryBacking", {}, [&] {
        const auto size = std::to_string(backing.page_size);
        if (backing.hugepages)
            xml.element("hugepages", {}, [&] {
                if (backing.page_size != 0) xml.empty("page", {{"size", size}, {"unit", "KiB"}});
                for (const auto& pages : backing.cell_pages) {
                    const auto own = std::to_string(pages.page_size);
                    const auto cells = pages.cells.text();
                    xml.empty("page", {{"size", own}, {"unit", "KiB"}, {"nodeset", cells}});
                }
            });
        if (backing.nosharepages) xml.empty("nosharepages");
        if (backing.locked) xml.empty("locked");
        if (backing.source != MemorySource::unsaid)
            xml.empty("source", {{"type", word_for(memory_sources, backing.source)}});
        if (backing.access != MemoryAccess::unsaid)
            xml.empty("access", {{"mode", word_for(memory_accesses, backing.access)}});
        const auto threads = std::to_string(backing.threads);
        XmlAttributes allocation{{"mode", "immediate"}};
        if (backing.threads != 0) allocation.push_back({"threads", threads});
        if (backing.immediate) xml.empty("allocation", allocation);
    });
}

void write_firmware(XmlWriter& xml, const Firmware& firmware) {
    write_wishes(xml, firmware);
    if (firmware.loader) write_loader(xml, *firmware.loader);
    write_nvram(xml, firmware);
    xml.text_if("dtb", firmware.dtb);
    if (firmware.menu) write_menu(xml, *firmware.menu);
    if (firmware.smbios != SmbiosMode::unsaid)
        xml.empty("smbios", {{"mode", word_for(smbios_modes, firmware.smbios)}});
    const auto timeout = std::to_string(firmware.reboot_timeout.value_or(0));
    if (firmware.reboot_timeout) xml.empty("bios", {{"rebootTimeout", timeout}});
}

void write_features(XmlWriter& xml, const GuestDefinition& guest) {
    const auto& features = guest.features;
    const auto& details = guest.feature_details;
    if (features == Features{} && details == FeatureDetails{.place = details.place}) return;
    xml.element("features", {}, [&] {
        if (features.acpi) xml.empty("acpi");
        if (features.apic && details.apic_eoi)
            xml.empty("apic", {{"eoi", word_for(on_off, *details.apic_eoi)}});
        else if (features.apic)
            xml.empty("apic");
        if (features.pae) xml.empty("pae");
        write_hyperv(xml, details);
        write_kvm(xml, details);
        write_switch(xml, "pvspinlock", details.pvspinlock);
        write_switch(xml, "pmu", details.pmu);
        write_switch(xml, "vmport", details.vmport);
        write_smm(xml, details);
        if (details.ioapic != IoapicDriver::unsaid)
            xml.empty("ioapic", {{"driver", word_for(ioapic_drivers, details.ioapic)}});
        write_switch(xml, "ps2", details.ps2);
        write_switch(xml, "vmcoreinfo", details.vmcoreinfo);
        if (details.tcg_cache != 0)
            xml.element("tcg", {}, [&] {
                xml.text("tb-cache", std::to_string(details.tcg_cache), {{"unit", "KiB"}});
            });
    });
}

void write_cpu(XmlWriter& xml, const GuestDefinition& guest) {
    const auto& cpu = guest.cpu;
    const bool bare = guest.cpu_mode.empty() && cpu == CpuDetails{.place = cpu.place};
    if (bare && guest.numa_cells.empty()) return;
    XmlAttributes attributes;
    if (!guest.cpu_mode.empty()) attributes.push_back({"mode", guest.cpu_mode});
    if (cpu.check != CpuCheck::unsaid)
        attributes.push_back({"check", word_for(cpu_checks, cpu.check)});
    if (cpu.migratable) attributes.push_back({"migratable", word_for(on_off, *cpu.migratable)});
    xml.element("cpu", attributes, [&] { write_cpu_inside(xml, guest); });
}

void write_clock(XmlWriter& xml, const GuestDefinition& guest) {
    XmlAttributes attributes{{"offset", word_for(clock_offsets, guest.clock)}};
    const auto start = std::to_string(guest.clock_start.value_or(0));
    if (guest.clock_start) attributes.push_back({"start", start});
    const auto adjustment = std::to_string(guest.clock_adjustment.value_or(0));
    if (guest.clock_adjustment) attributes.push_back({"adjustment", adjustment});
    if (guest.clock_basis)
        attributes.push_back({"basis", word_for(clock_offsets, *guest.clock_basis)});
    if (!guest.timezone.empty()) attributes.push_back({"timezone", guest.timezone});
    xml.element("clock", attributes, [&] {
        for (const auto& timer : guest.timers)
            write_timer(xml, timer);
    });
}

void write_power(XmlWriter& xml, const PowerManagement& power) {
    if (power == PowerManagement{}) return;
    const auto write = [&](std::string_view name, std::optional<bool> value) {
        if (value) xml.empty(name, {{"enabled", word_for(yes_no, *value)}});
    };
    xml.element("pm", {}, [&] {
        write("suspend-to-mem", power.suspend_to_mem);
        write("suspend-to-disk", power.suspend_to_disk);
    });
}

} // namespace vmwarden::domain
