// SPDX-License-Identifier: LGPL-2.1-or-later
#include "src/qemu/command_line.h"
#include "src/qemu/platform.h"

#include <algorithm>

namespace vmwarden::qemu {

namespace {

std::string named_model(const GuestDefinition& definition) {
    const bool kvm = definition.type == DomainType::kvm;
    const auto& mode = definition.cpu_mode;
    if (mode == "custom") return definition.cpu_model;
    if (mode == "host-passthrough") return "host";
    // The nearest to the host's own that the accelerator can be.
    if (mode == "host-model") return kvm ? "host" : "max";
    if (mode == "maximum") return "max";
    // A 32-bit guest finds a 32-bit processor on the 64-bit emulator as well.
    if (definition.os.arch == "i686") return "qemu32";
    return {};
}

// Properties of the processor, collected until it is known whether there are any.
class Cpu {
  public:
    explicit Cpu(std::string model)
      : model_(std::move(model)) {}

    void set(std::string_view property, std::string_view value) {
        properties_.emplace_back(property, value);
    }
    void turn(std::string_view property, std::optional<bool> on) {
        if (on) set(property, *on ? "on" : "off");
    }

    void add_to(CommandLine& command) const {
        if (model_.empty() && properties_.empty()) return;
        Options options(model_.empty() ? "qemu64" : model_); // which QEMU takes of itself
        for (const auto& [property, value] : properties_)
            options.set(property, value);
        command.add("-cpu", options);
    }

  private:
    std::string model_;
    std::vector<std::pair<std::string, std::string>> properties_;
};

bool is_wanted(CpuFeaturePolicy policy) {
    return policy != CpuFeaturePolicy::disable && policy != CpuFeaturePolicy::forbid;
}

void set_model_details(Cpu& cpu, const GuestDefinition& definition) {
    const auto& details = definition.cpu;
    cpu.turn("migratable", details.migratable);
    if (!details.vendor_id.empty()) cpu.set("vendor", details.vendor_id);
    if (details.address_bits == 0U)
        cpu.turn("host-phys-bits", true);
    else if (details.address_bits)
        cpu.set("phys-bits", std::to_string(*details.address_bits));
    if (details.most_address_bits != 0)
        cpu.set("host-phys-bits-limit", std::to_string(details.most_address_bits));
    for (const auto& feature : details.features)
        cpu.turn(feature.name, is_wanted(feature.policy));
    if (details.cache == CpuCache::emulate) cpu.turn("l3-cache", true);
    if (details.cache == CpuCache::passthrough) cpu.turn("host-cache-info", true);
    if (details.cache == CpuCache::disable) {
        cpu.turn("host-cache-info", false);
        cpu.turn("l3-cache", false);
    }
    const bool kvm = definition.type == DomainType::kvm;
    if (details.check == CpuCheck::full || (details.check == CpuCheck::partial && kvm))
        cpu.turn("enforce", true);
}

void set_hyperv(Cpu& cpu, const FeatureDetails& details) {
    if (details.hyperv_passthrough) cpu.turn("hv-passthrough", true);
    for (const auto& known : hyperv_switches) {
        const auto found = std::ranges::find(details.hyperv, known.name, &NamedSwitch::name);
        if (found == details.hyperv.end() || !found->on) continue;
        if (known.name == "spinlocks")
            cpu.set(known.property, std::to_string(details.spinlock_retries));
        else if (known.name == "vendor_id")
            cpu.set(known.property, details.hyperv_vendor);
        else
            cpu.turn(known.property, true);
        if (known.name == "stimer") cpu.turn("hv-stimer-direct", details.stimer_direct);
    }
}

// "hidden" hides KVM: its property says the contrary.
void set_kvm(Cpu& cpu, const FeatureDetails& details) {
    for (const auto& known : kvm_switches) {
        const auto found = std::ranges::find(details.kvm, known.name, &NamedSwitch::name);
        if (found == details.kvm.end()) continue;
        if (known.name == "hidden" && found->on) cpu.turn("kvm", false);
        if (known.name == "pv-ipi" || (known.name != "hidden" && found->on))
            cpu.turn(known.property, found->on);
    }
    cpu.turn("kvm-pv-unhalt", details.pvspinlock);
    cpu.turn("pmu", details.pmu);
}

void set_timers(Cpu& cpu, const GuestDefinition& definition) {
    for (const auto& timer : definition.timers) {
        if (timer.name == TimerName::kvmclock) cpu.turn("kvmclock", timer.present);
        if (timer.name == TimerName::hypervclock && timer.present != false)
            cpu.turn("hv-time", true);
        if (timer.name == TimerName::tsc && timer.frequency != 0)
            cpu.set("tsc-frequency", std::to_string(timer.frequency));
    }
}

} // namespace

void add_cpu(CommandLine& command, const GuestDefinition& definition) {
    Cpu cpu(named_model(definition));
    set_model_details(cpu, definition);
    if (definition.features.apic) cpu.turn("kvm-pv-eoi", definition.feature_details.apic_eoi);
    set_hyperv(cpu, definition.feature_details);
    set_kvm(cpu, definition.feature_details);
    if (std::ranges::count(definition.panics, PanicModel::hyperv, &Panic::model) != 0)
        cpu.turn("hv-crash", true);
    set_timers(cpu, definition);
    cpu.add_to(command);
}

void add_processors(CommandLine& command, const GuestDefinition& definition) {
    const auto present = definition.current_vcpus.value_or(definition.vcpus);
    const auto topology =
        definition.cpu.topology.value_or(CpuTopology{.sockets = definition.vcpus});
    Options options;
    options.set("cpus", present);
    if (present != definition.vcpus) options.set("maxcpus", definition.vcpus);
    options.set("sockets", topology.sockets);
    if (topology.dies != 1) options.set("dies", topology.dies);
    command.add("-smp", options.set("cores", topology.cores).set("threads", topology.threads));
}

} // namespace vmwarden::qemu
