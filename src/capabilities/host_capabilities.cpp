// SPDX-License-Identifier: LGPL-2.1-or-later
#include "src/capabilities/host_capabilities.h"

#include "src/capabilities/architectures.h"
#include "src/resolve/emulators.h"

#include <algorithm>
#include <set>

namespace vmwarden {

namespace {

using Answered = AnsweredEmulator;

// KVM is there for guests: the node is, and their user may open it. Without a user nothing starts,
// and the node is all there is to look at.
bool has_kvm(const HostFacts& facts) {
    return facts.kvm_present && (facts.kvm_usable || !facts.identity);
}

OfferedSecurity selinux_model(const HostPolicy& policy, const SelinuxFact& facts) {
    const auto either = [](const std::string& wanted, const std::string& other) {
        return wanted.empty() ? other : wanted;
    };
    const auto emulated = either(facts.emulated_context, facts.domain_context);
    if (policy.security_model.value == SecurityModel::svirt)
        return {"selinux", facts.domain_context, emulated};
    return {"selinux", either(facts.basic_context, facts.domain_context),
            either(facts.basic_context, emulated)};
}

std::vector<OfferedSecurity> security_models(const HostPolicy& policy, const HostFacts& facts) {
    std::vector<OfferedSecurity> models;
    if (facts.selinux.enabled && policy.security_driver.value != SecurityDriver::none)
        models.push_back(selinux_model(policy, facts.selinux));
    if (facts.identity) {
        const auto account = "+" + std::to_string(facts.identity->uid.value) + ":+" +
                             std::to_string(facts.identity->gid.value);
        models.push_back({"dac", account, account});
    }
    return models;
}

// Each machine, and behind it its second name; the default one first, as clients take the first.
std::vector<OfferedMachine> offered_machines(const EmulatorAbilities& abilities) {
    std::vector<MachineType> machines = abilities.machines;
    std::stable_partition(machines.begin(), machines.end(),
                          [](const MachineType& each) { return each.is_default; });
    std::vector<OfferedMachine> out;
    for (const auto& each : machines) {
        out.push_back({each.name, "", each.max_cpus, each.deprecated});
        if (!each.alias.empty())
            out.push_back({each.alias, each.name, each.max_cpus, each.deprecated});
    }
    return out;
}

bool runs(const Answered& emulator, std::string_view arch) {
    const auto all = architectures_of(emulator.abilities.target);
    return std::any_of(all.begin(), all.end(),
                       [&](const Architecture& each) { return each.name == arch; });
}

class Offers {
  public:
    Offers(const HostFacts& facts, const FoundEmulators& found)
      : facts_(facts)
      , found_(found) {}

    std::vector<OfferedGuest> all() {
        for (const auto& arch : architectures())
            add_hvm(*find_architecture(arch));
        for (const auto& path : found_.xenners)
            add_xen(path);
        return std::move(guests_);
    }

  private:
    const HostFacts& facts_;
    const FoundEmulators& found_;
    std::vector<OfferedGuest> guests_;

    // The host's own first, as clients take the first.
    [[nodiscard]] std::vector<std::string_view> architectures() const {
        std::set<std::string_view> names;
        for (const auto& emulator : found_.answered)
            for (const auto& each : architectures_of(emulator.abilities.target))
                names.insert(each.name);
        std::vector<std::string_view> out(names.begin(), names.end());
        std::stable_partition(out.begin(), out.end(),
                              [&](std::string_view name) { return name == facts_.machine_arch; });
        return out;
    }

    [[nodiscard]] bool accelerated(const Answered& emulator, std::string_view arch) const {
        return emulator.abilities.kvm && has_kvm(facts_) &&
               resolving::kvm_runs(arch, facts_.machine_arch);
    }

    // The one that resolve() takes for a definition without <emulator>; null: none.
    template <class Fit>
    [[nodiscard]] const Answered* chosen(DomainType type, const Architecture& arch, Fit fit) const {
        GuestDefinition definition;
        definition.type = type;
        definition.os.arch = arch.name;
        for (const auto& path : resolving::emulator_candidates(definition, facts_.machine_arch))
            for (const auto& emulator : found_.answered)
                if (emulator.path == path && runs(emulator, arch.name) && fit(emulator))
                    return &emulator;
        return nullptr;
    }

    static OfferedGuest guest(const Answered& emulator, const Architecture& arch) {
        return {"hvm",
                std::string(arch.name),
                arch.wordsize,
                emulator.path,
                offered_machines(emulator.abilities),
                {}};
    }

    void add_hvm(const Architecture& arch) {
        const auto* plain =
            chosen(DomainType::qemu, arch, [](const Answered& each) { return each.abilities.tcg; });
        const auto* fast = chosen(DomainType::kvm, arch, [&](const Answered& each) {
            return accelerated(each, arch.name);
        });
        if (plain != nullptr || fast != nullptr) add_default(arch, plain, fast);
        for (const auto& emulator : found_.answered)
            if (&emulator != plain && &emulator != fast && speaks_for(emulator, arch))
                add_named(emulator, arch);
    }

    void add_default(const Architecture& arch, const Answered* plain, const Answered* fast) {
        auto offered = guest(plain != nullptr ? *plain : *fast, arch);
        if (plain != nullptr) offered.domains.push_back({"qemu", "", {}});
        if (fast != nullptr && (plain == nullptr || fast == plain))
            offered.domains.push_back({"kvm", "", {}});
        else if (fast != nullptr)
            offered.domains.push_back({"kvm", fast->path, offered_machines(fast->abilities)});
        guests_.push_back(std::move(offered));
    }

    // What else it runs is offered only through the emulator that is chosen for that.
    static bool speaks_for(const Answered& emulator, const Architecture& arch) {
        return architectures_of(emulator.abilities.target).front().name == arch.name;
    }

    // One that a definition has to name.
    void add_named(const Answered& emulator, const Architecture& arch) {
        auto offered = guest(emulator, arch);
        if (emulator.abilities.tcg) offered.domains.push_back({"qemu", "", {}});
        if (accelerated(emulator, arch.name)) offered.domains.push_back({"kvm", "", {}});
        if (!offered.domains.empty()) guests_.push_back(std::move(offered));
    }

    // Paravirtual guests of the host's own architecture, through KVM alone.
    void add_xen(const std::string& path) {
        const auto* arch = find_architecture(facts_.machine_arch);
        const bool x86 = arch != nullptr && (arch->name == "x86_64" || arch->name == "i686");
        if (!x86 || !has_kvm(facts_)) return;
        guests_.push_back({"xen",
                           std::string(arch->name),
                           arch->wordsize,
                           path,
                           {{"xenner", "", 0, false}},
                           {{"kvm", "", {}}}});
    }
};

} // namespace

HostCapabilities host_capabilities(const HostPolicy& policy, const HostFacts& facts,
                                   const FoundEmulators& found) {
    return {facts.machine_arch, security_models(policy, facts), Offers(facts, found).all()};
}

} // namespace vmwarden
