// SPDX-License-Identifier: LGPL-2.1-or-later
#include "src/domain/readers.h"
#include "src/domain/values.h"

#include <algorithm>
#include <bit>

namespace vmwarden::domain {

namespace {

constexpr NotDone features_refused[] = {{"hap", "only Xen guests have it"},
                                        {"viridian", "only Xen guests have it"},
                                        {"privnet", "only container guests have it"},
                                        {"gic", "only ARM guests have one"},
                                        {"hpt", "only pSeries guests have one"},
                                        {"htm", "only pSeries guests have it"},
                                        {"nested-hv", "only pSeries guests have it"},
                                        {"msrs", "only bhyve guests have it"},
                                        {"ccf-assist", "only pSeries guests have it"},
                                        {"xen", "only Xen guests have it"},
                                        {"cfpc", "only pSeries guests have it"},
                                        {"sbbc", "only pSeries guests have it"},
                                        {"ibs", "only pSeries guests have it"},
                                        {"async-teardown", "QEMU has it since 8.1, and no emulator "
                                                           "is asked before a start"},
                                        {"ras", "only ARM guests have it"},
                                        {"aia", "only RISC-V guests have it"},
                                        {"capabilities", "only container guests have them"}};
constexpr Word<std::string_view> hyperv_modes[] = {self("custom"), self("passthrough")};

std::optional<bool> state_of(ElementReader& element) {
    if (!element.attribute("state")) return true;
    return element.word("state", on_off);
}

std::optional<bool> read_switch(ElementReader& features, std::string_view name) {
    std::optional<bool> value;
    features.child(name, [&](ElementReader& element) { value = state_of(element); });
    return value;
}

void read_spinlocks(ElementReader& element, FeatureDetails& details) {
    constexpr std::uint64_t least = 4095; // what the interface takes
    const auto retries = element.attribute("retries");
    if (!retries)
        return element.error(element.at(), "<spinlocks> needs a number of retries",
                             "write <spinlocks state='on' retries='8191'/>");
    const auto number = number_from(*retries, "retries", least, 0xffffffffU, element.report());
    details.spinlock_retries = static_cast<unsigned>(number.value_or(0));
}

void read_vendor(ElementReader& element, FeatureDetails& details) {
    constexpr std::size_t longest = 12; // three registers
    const auto value = element.attribute("value");
    if (!value)
        return element.error(element.at(), "<vendor_id> needs a value",
                             "write <vendor_id state='on' value='...'/>");
    details.hyperv_vendor = line_from(*value, "vendor_id", longest, element.report()).value_or("");
    if (details.hyperv_vendor.find(',') != std::string::npos)
        element.error(value->at, "a vendor has no comma", "remove it");
}

void read_hyperv(ElementReader& element, GuestDefinition& guest) {
    auto& details = guest.feature_details;
    if (guest.type == DomainType::qemu)
        element.error(element.at(), "<hyperv> needs KVM", "write <domain type='kvm'>");
    if (const auto mode = element.word("mode", hyperv_modes))
        details.hyperv_passthrough = *mode == "passthrough";
    for (const auto& known : hyperv_switches)
        element.child(known.name, [&](ElementReader& child) {
            const auto on = state_of(child);
            if (known.name == "spinlocks" && on == true) read_spinlocks(child, details);
            if (known.name == "vendor_id" && on == true) read_vendor(child, details);
            if (known.name == "stimer") details.stimer_direct = read_switch(child, "direct");
            if (on) details.hyperv.push_back({std::string(known.name), *on});
        });
    if (details.hyperv_passthrough && !details.hyperv.empty())
        element.error(element.at(), "mode 'passthrough' chooses all switches itself",
                      "remove them, or write mode='custom'");
}

void read_kvm(ElementReader& element, GuestDefinition& guest) {
    for (const auto& known : kvm_switches)
        element.child(known.name, [&](ElementReader& child) {
            if (const auto on = state_of(child))
                guest.feature_details.kvm.push_back({std::string(known.name), *on});
        });
    element.child("dirty-ring", [&](ElementReader& ring) {
        constexpr std::uint64_t least = 1024;
        constexpr std::uint64_t most = 65536; // the kernel's
        if (state_of(ring) != true) return;
        const auto size = ring.required_attribute("size");
        const auto number =
            size ? number_from(*size, "size", least, most, ring.report()) : std::nullopt;
        guest.feature_details.dirty_ring = static_cast<unsigned>(number.value_or(0));
        if (!std::has_single_bit(number.value_or(least)))
            ring.error(size->at, "a ring's size is a power of two", "write 4096");
        if (guest.type == DomainType::qemu)
            ring.error(ring.at(), "<dirty-ring> needs KVM", "write <domain type='kvm'>");
    });
}

} // namespace

void read_features(ElementReader& features, GuestDefinition& guest) {
    auto& details = guest.feature_details;
    details.place = features.place();
    guest.features.acpi = features.flag("acpi");
    guest.features.apic = features.child(
        "apic", [&](ElementReader& apic) { details.apic_eoi = apic.word("eoi", on_off); });
    guest.features.pae = features.flag("pae");
    features.child("hyperv", [&](ElementReader& hyperv) { read_hyperv(hyperv, guest); });
    features.child("kvm", [&](ElementReader& kvm) { read_kvm(kvm, guest); });
    details.pvspinlock = read_switch(features, "pvspinlock");
    details.pmu = read_switch(features, "pmu");
    details.vmport = read_switch(features, "vmport");
    features.child("smm", [&](ElementReader& smm) {
        details.smm = state_of(smm);
        smm.child("tseg", [&](ElementReader& tseg) {
            const auto unit = tseg.attribute("unit");
            const auto size = memory_from(tseg.trimmed_text(), unit, tseg.report());
            details.tseg = size.value_or(Bytes{}).count / 1024;
            if (details.tseg % 1024 != 0 || details.tseg > 0xfff0ULL * 1024)
                tseg.error(tseg.at(), "this memory has a size of whole MiB",
                           "write <tseg unit='MiB'>48</tseg>");
        });
    });
    details.ps2 = read_switch(features, "ps2");
    details.vmcoreinfo = read_switch(features, "vmcoreinfo");
    features.child("ioapic", [&](ElementReader& ioapic) {
        details.ioapic =
            ioapic.required_word("driver", ioapic_drivers).value_or(IoapicDriver::unsaid);
        if (guest.type == DomainType::qemu)
            ioapic.error(ioapic.at(), "<ioapic> needs KVM", "write <domain type='kvm'>");
    });
    features.child("tcg", [&](ElementReader& tcg) {
        tcg.child("tb-cache", [&](ElementReader& cache) {
            const auto unit = cache.attribute("unit");
            const auto size = memory_from(cache.trimmed_text(), unit, cache.report());
            details.tcg_cache = size.value_or(Bytes{}).count / 1024;
            if (details.tcg_cache % 1024 != 0)
                cache.error(cache.at(), "this cache has a size of whole MiB",
                            "write <tb-cache unit='MiB'>128</tb-cache>");
        });
        if (guest.type == DomainType::kvm)
            tcg.error(tcg.at(), "<tcg> is about guests without KVM", "remove it");
    });
    features.refuse_children(features_refused);
}

} // namespace vmwarden::domain
