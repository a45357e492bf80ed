// SPDX-License-Identifier: LGPL-2.1-or-later
#include "src/domain/readers.h"
#include "src/domain/values.h"

#include <algorithm>

namespace vmwarden::domain {

namespace {

constexpr Word<std::string_view> cpu_modes[] = {self("host-passthrough"), self("host-model"),
                                                self("maximum"), self("custom")};
constexpr NotDone cpu_aside[] = {
    {"vendor", "the host's processor is not asked who made it: a guest may start on any"}};
constexpr Word<bool> address_modes[] = {{"passthrough", true}, {"emulate", false}};
// libvirt knows them of hosts, or knew them once; no processor of QEMU's has a switch for them.
constexpr std::string_view features_aside[] = {"cmt",   "mbm_local", "mbm_total", "osxsave",
                                               "ospke", "cvt16",     "pconfig"};
constexpr Word<bool> fallbacks[] = {{"allow", true}, {"forbid", false}};

void read_vendor_id(ElementReader& model, CpuDetails& cpu) {
    constexpr std::size_t length = 12; // three registers
    const auto vendor = model.attribute("vendor_id");
    if (!vendor) return;
    const bool plain =
        std::ranges::all_of(vendor->text, [](char c) { return c >= ' ' && c <= '~' && c != ','; });
    if (vendor->text.size() == length && plain)
        cpu.vendor_id = vendor->text;
    else
        model.error(vendor->at, in_quotes(vendor->text) + " cannot be a processor's maker",
                    "write 12 signs of ASCII, GenuineIntel say");
}

void read_address_bits(ElementReader& element, CpuDetails& cpu) {
    const auto number = [&](std::string_view name, unsigned least) {
        const auto text = element.attribute(name);
        return static_cast<unsigned>(
            text ? number_from(*text, name, least, 64, element.report()).value_or(0) : 0);
    };
    const auto host = element.required_word("mode", address_modes);
    const auto bits = number("bits", 32);
    cpu.most_address_bits = number("limit", 1);
    if (!host) return;
    cpu.address_bits = *host ? 0 : bits;
    if (*host && bits != 0)
        element.error(element.at(), "mode 'passthrough' has the host's number of bits",
                      "remove bits, or write mode='emulate'");
    if (!*host && bits == 0)
        element.error(element.at(), "mode 'emulate' needs a number of bits", "write bits='40'");
    if (!*host && cpu.most_address_bits != 0)
        element.error(element.at(), "only mode 'passthrough' has a limit", "remove it");
}

// Also of features: they have dots and dashes as well.
void read_model(ElementReader& model, GuestDefinition& guest) {
    guest.cpu.fallback = model.word("fallback", fallbacks);
    read_vendor_id(model, guest.cpu);
    const auto name = model.trimmed_text();
    const bool custom = guest.cpu_mode.empty() || guest.cpu_mode == "custom";
    if (guest.cpu_mode == "host-model" && !name.text.empty())
        return model.report().warning(name.at, "model " + in_quotes(name.text) + " is set aside",
                                      "mode 'host-model' is the host's own");
    if (!custom && !name.text.empty())
        model.error(model.at(), "mode '" + guest.cpu_mode + "' takes no <model>",
                    "remove <model>, or write mode='custom'");
    if (!custom && name.text.empty()) return; // <model fallback='allow'/> alone means nothing else
    guest.cpu_mode = guest.cpu_mode.empty() ? "custom" : guest.cpu_mode;
    guest.cpu_model = token_from(name, "CPU model", model.report()).value_or("");
}

void read_topology(ElementReader& element, GuestDefinition& guest) {
    constexpr std::uint64_t most = 4096;
    const auto count = [&](std::string_view name, bool required) {
        const auto text = required ? element.required_attribute(name) : element.attribute(name);
        const auto number =
            text ? number_from(*text, name, 1, most, element.report()) : std::nullopt;
        return static_cast<unsigned>(number.value_or(1));
    };
    CpuTopology topology;
    topology.sockets = count("sockets", true);
    topology.dies = count("dies", false);
    topology.cores = count("cores", true);
    topology.threads = count("threads", true);
    element.expect("clusters", "1", "no processor of a PC has them");
    const auto product = std::uint64_t{topology.sockets} * topology.dies * topology.cores *
                         std::uint64_t{topology.threads};
    if (product != guest.vcpus)
        element.error(element.at(),
                      "this is a topology of " + std::to_string(product) +
                          " processors, the guest has " + std::to_string(guest.vcpus),
                      "change <vcpu>, or the topology");
    guest.cpu.topology = topology;
}

void read_feature(ElementReader& element, GuestDefinition& guest) {
    CpuFeature feature;
    feature.place = element.place();
    feature.policy =
        element.word("policy", cpu_feature_policies).value_or(CpuFeaturePolicy::require);
    const auto name = element.required_attribute("name");
    if (!name) return;
    feature.name = token_from(*name, "feature", element.report()).value_or("");
    if (std::ranges::find(features_aside, feature.name) != std::end(features_aside))
        return element.report().warning(name->at, "feature '" + feature.name + "' is set aside",
                                        "no processor of QEMU's has a switch for it");
    const auto same = [&](const CpuFeature& other) { return other.name == feature.name; };
    if (std::any_of(guest.cpu.features.begin(), guest.cpu.features.end(), same))
        return element.error(name->at, "feature " + in_quotes(name->text) + " is listed twice",
                             "remove one of them");
    guest.cpu.features.push_back(std::move(feature));
}

void read_cache(ElementReader& element, GuestDefinition& guest) {
    const auto mode_at = element.attribute("mode");
    const auto mode = element.required_word("mode", cpu_caches);
    if (!mode) return element.skip_rest();
    guest.cpu.cache = *mode;
    const bool emulated = *mode == CpuCache::emulate;
    const auto level = element.attribute("level");
    if (emulated && (!level || level->text != "3"))
        element.error(element.at(), "only a cache of level 3 can be emulated", "write level='3'");
    if (!emulated && level)
        element.error(level->at, "only mode 'emulate' has a level", "remove it");
    if (*mode == CpuCache::passthrough && guest.cpu_mode != "host-passthrough")
        element.error(mode_at->at, "only mode 'host-passthrough' can pass the host's cache on",
                      "write <cpu mode='host-passthrough'>, or mode='emulate'");
}

// Of a definition with features alone, the emulator's own model is meant.
void check_modes(ElementReader& cpu, bool model, bool numa, const GuestDefinition& guest) {
    const bool says_mode = cpu.attribute("mode").has_value();
    const auto& details = guest.cpu;
    if (!model && guest.cpu_mode == "custom")
        cpu.error(cpu.at(), "mode 'custom' needs a <model>", "write <model>qemu64</model>");
    if (model || says_mode) return;
    if (!details.features.empty() || details.cache != CpuCache::unsaid || details.address_bits)
        cpu.error(cpu.at(), "features and caches need a mode or a model",
                  "write <cpu mode='maximum'>");
    else if (!details.topology && !numa)
        cpu.error(cpu.at(), "<cpu> says neither mode nor model",
                  "write <cpu mode='maximum'/>, or remove it");
}

} // namespace

void read_cpu(ElementReader& cpu, GuestDefinition& guest) {
    guest.cpu.place = cpu.place();
    const auto mode_at = cpu.attribute("mode");
    if (const auto mode = cpu.word("mode", cpu_modes)) guest.cpu_mode = *mode;
    if (guest.cpu_mode == "host-passthrough" && guest.type == DomainType::qemu)
        cpu.error(mode_at->at, "mode 'host-passthrough' needs KVM",
                  "write mode='maximum', or <domain type='kvm'>");
    cpu.expect("match", "exact", "the model given is the model used");
    guest.cpu.check = cpu.word("check", cpu_checks).value_or(CpuCheck::unsaid);
    const auto migratable_at = cpu.attribute("migratable");
    guest.cpu.migratable = cpu.word("migratable", on_off);
    if (migratable_at && guest.cpu_mode != "host-passthrough" && guest.cpu_mode != "maximum")
        cpu.error(migratable_at->at,
                  "only modes 'host-passthrough' and 'maximum' can be other than migratable",
                  "remove it");
    const bool model =
        cpu.child("model", [&](ElementReader& element) { read_model(element, guest); });
    cpu.child("topology", [&](ElementReader& element) { read_topology(element, guest); });
    cpu.children("feature", [&](ElementReader& element) { read_feature(element, guest); });
    cpu.child("cache", [&](ElementReader& element) { read_cache(element, guest); });
    const bool numa = cpu.child("numa", [&](ElementReader& element) { read_numa(element, guest); });
    check_modes(cpu, model && !guest.cpu_mode.empty(), numa, guest);
    cpu.child("maxphysaddr",
              [&](ElementReader& element) { read_address_bits(element, guest.cpu); });
    cpu.set_aside_children(cpu_aside);
}

} // namespace vmwarden::domain
