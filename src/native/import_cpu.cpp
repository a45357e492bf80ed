// SPDX-License-Identifier: LGPL-2.1-or-later
// -cpu and -smp.
#include "src/base/text.h"
#include "src/native/import.h"

#include <algorithm>
#include <limits>

namespace vmwarden::native {

namespace {

// QEMU takes '_' for '-' in most of these.
std::string plain(std::string key) {
    std::ranges::replace(key, '_', '-');
    return key;
}

void set_switch(std::vector<NamedSwitch>& switches, std::string_view name, bool on) {
    switches.push_back({std::string(name), on});
}

// Sorted as the format has them, so that the same line gives the same definition.
void sort_switches(std::vector<NamedSwitch>& switches, std::span<const KnownSwitch> known) {
    const auto place = [&](const NamedSwitch& each) {
        return std::ranges::find(known, each.name, &KnownSwitch::name) - known.begin();
    };
    std::ranges::stable_sort(switches, {}, place);
}

class CpuReader {
  public:
    CpuReader(Import& import, const Option& option)
      : import_(import)
      , option_(option)
      , properties_(Properties::parse(option.value(), "model").value_or(Properties()))
      , before_(import.guest) {}

    void read() {
        read_model(properties_.take("model").value_or(""));
        for (const auto& property : properties_.left())
            if (!take(property.key, property.value)) return keep();
        const auto& hyperv = import_.guest.feature_details.hyperv;
        if (import_.guest.feature_details.stimer_direct &&
            std::ranges::count(hyperv, "stimer", &NamedSwitch::name) == 0)
            return keep();
        if (!can_be_read()) return keep();
        sort_switches(import_.guest.feature_details.hyperv, hyperv_switches);
        sort_switches(import_.guest.feature_details.kvm, kvm_switches);
    }

  private:
    void read_model(const std::string& model) {
        auto& guest = import_.guest;
        guest.cpu_model.clear();
        guest.cpu_mode = "custom";
        if (model == "max")
            guest.cpu_mode = "maximum";
        else if (model == "host")
            guest.cpu_mode = "host-passthrough";
        else
            guest.cpu_model = model;
        if (guest.cpu_mode != "custom" || !properties_.left().empty()) import_.modern();
    }

    // What the definition says of the processor, by itself.
    bool can_be_read() {
        GuestDefinition probe;
        const auto& guest = import_.guest;
        probe.type = guest.type;
        probe.os = guest.os;
        probe.os.boot.clear();
        probe.memory = guest.memory;
        probe.vcpus = guest.vcpus;
        probe.features = guest.features;
        probe.feature_details = guest.feature_details;
        probe.cpu_mode = guest.cpu_mode;
        probe.cpu_model = guest.cpu_model;
        probe.cpu = guest.cpu;
        probe.timers = guest.timers;
        probe.panics = guest.panics;
        if (probe.memory.count == 0) probe.memory = Bytes{1024ULL * 1024};
        return import_.accepts(std::move(probe));
    }

    // All of it: a second -cpu takes the place of the first.
    void keep() {
        import_.guest.cpu = {};
        import_.guest.feature_details = before_.feature_details;
        import_.guest.features = before_.features;
        import_.guest.timers = before_.timers;
        import_.guest.panics = before_.panics;
        import_.keep(option_, "says something of the processor that has no place in the XML");
    }

    // "+name" and "-name" come without a value.
    bool take(const std::string& key, const std::string& value) {
        if (key.size() > 1 && (key[0] == '+' || key[0] == '-') && value == "on")
            return take_switch(plain(key.substr(1)), key[0] == '+');
        const auto name = plain(key);
        if (name == "hv-spinlocks") return take_spinlocks(value);
        if (name == "hv-vendor-id") return take_vendor(value);
        if (name == "tsc-frequency") return take_frequency(value);
        if (name == "vendor") return take_maker(value);
        if (name == "phys-bits") return take_bits(value);
        if (name == "host-phys-bits-limit") return take_most_bits(value);
        const auto on = switch_of(value);
        return on && take_switch(name, *on);
    }

    bool take_switch(const std::string& name, bool on) {
        auto& cpu = import_.guest.cpu;
        auto& details = import_.guest.feature_details;
        if (name == "check") return !on; // the emulator's own way is to warn
        if (name == "enforce") {
            if (on) cpu.check = CpuCheck::full;
            return true;
        }
        if (name == "migratable") return keep_in(cpu.migratable, on);
        if (name == "pmu") return keep_in(details.pmu, on);
        if (name == "host-phys-bits") {
            if (on) cpu.address_bits = 0;
            return true;
        }
        if (name == "hv-crash") return !on || take_crash();
        if (name == "kvmclock") return keep_in(import_.timer(TimerName::kvmclock).present, on);
        if (name == "hv-time") return take_hyperv_clock(on);
        if (name == "hv-stimer-direct") return keep_in(details.stimer_direct, on);
        if (name == "hv-passthrough") return take_passthrough(on);
        if (name == "kvm-pv-eoi") {
            import_.guest.features.apic = true;
            return keep_in(details.apic_eoi, on);
        }
        if (name == "l3-cache" || name == "host-cache-info") return take_cache(name, on);
        if (name == "kvm") {
            if (!on) set_switch(details.kvm, "hidden", true);
            return true;
        }
        if (const auto* known = known_as(hyperv_switches, name)) return take_hyperv(*known, on);
        const auto* kvm = known_as(kvm_switches, name);
        if (kvm != nullptr && kvm->name != "hidden") {
            set_switch(details.kvm, kvm->name, on);
            return true;
        }
        return take_feature(name, on);
    }

    static bool keep_in(std::optional<bool>& place, bool on) {
        place = on;
        return true;
    }
    // The two belong together: neither, the emulator's own of level 3, or the host's of all.
    bool take_cache(const std::string& name, bool on) {
        auto& cache = import_.guest.cpu.cache;
        if (on && name == "host-cache-info") cache = CpuCache::passthrough;
        if (on && name == "l3-cache") cache = CpuCache::emulate;
        if (on) return true;
        const auto other = properties_.peek(name == "l3-cache" ? "host-cache-info" : "l3-cache");
        const auto said = other ? switch_of(*other) : std::nullopt;
        if (!said) return name == "host-cache-info"; // off by itself
        if (*said == false) cache = CpuCache::disable;
        return true;
    }

    bool take_hyperv_clock(bool on) {
        if (import_.guest.type != DomainType::kvm) return false;
        if (on) import_.timer(TimerName::hypervclock).present = true;
        return true;
    }
    bool take_passthrough(bool on) {
        if (on) import_.guest.feature_details.hyperv_passthrough = true;
        return import_.guest.type == DomainType::kvm;
    }
    bool take_maker(const std::string& value) {
        import_.guest.cpu.vendor_id = value;
        return !value.empty();
    }
    bool take_bits(const std::string& value) {
        const auto bits = parse_unsigned(value);
        if (!bits || *bits == 0 || *bits > 64) return false;
        import_.guest.cpu.address_bits = static_cast<unsigned>(*bits);
        return true;
    }
    bool take_most_bits(const std::string& value) {
        const auto bits = parse_unsigned(value);
        if (!bits || *bits == 0 || *bits > 64) return false;
        import_.guest.cpu.most_address_bits = static_cast<unsigned>(*bits);
        return true;
    }
    // How Windows says that it has crashed.
    bool take_crash() {
        if (import_.guest.type != DomainType::kvm) return false;
        Panic panic;
        panic.model = PanicModel::hyperv;
        panic.place = option_.word.place;
        import_.guest.panics.push_back(std::move(panic));
        return true;
    }

    bool take_frequency(const std::string& value) {
        const auto frequency = parse_unsigned(value);
        if (!frequency || *frequency == 0) return false;
        import_.timer(TimerName::tsc).frequency = *frequency;
        return true;
    }

    static const KnownSwitch* known_as(std::span<const KnownSwitch> known,
                                       std::string_view property) {
        const auto found = std::ranges::find(known, property, &KnownSwitch::property);
        return found == known.end() ? nullptr : &*found;
    }

    // The definition has these with KVM alone.
    bool take_hyperv(const KnownSwitch& known, bool on) {
        if (import_.guest.type != DomainType::kvm) return false;
        if (on) set_switch(import_.guest.feature_details.hyperv, known.name, true);
        return true;
    }
    bool take_spinlocks(const std::string& value) {
        const auto retries = parse_unsigned(value);
        if (!retries || *retries < 4095 || *retries > std::numeric_limits<unsigned>::max())
            return false;
        import_.guest.feature_details.spinlock_retries = static_cast<unsigned>(*retries);
        return take_hyperv(*known_as(hyperv_switches, "hv-spinlocks"), true);
    }
    bool take_vendor(const std::string& value) {
        constexpr std::size_t longest = 12;
        if (value.empty() || value.size() > longest) return false;
        import_.guest.feature_details.hyperv_vendor = value;
        return take_hyperv(*known_as(hyperv_switches, "hv-vendor-id"), true);
    }

    // What the format's own words for processors are not.
    bool take_feature(const std::string& name, bool on) {
        constexpr std::string_view signs = ".-";
        const bool word = std::ranges::all_of(name, [&](char c) {
            return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
                   signs.find(c) != std::string_view::npos;
        });
        if (!word) return false;
        if (name.starts_with("hv-") || name.starts_with("x-")) return false;
        auto& features = import_.guest.cpu.features;
        std::erase_if(features, [&](const CpuFeature& other) { return other.name == name; });
        features.push_back(
            {name, on ? CpuFeaturePolicy::require : CpuFeaturePolicy::disable, option_.word.place});
        return true;
    }

    Import& import_;
    const Option& option_;
    Properties properties_;
    GuestDefinition before_;
};

// The parts of -smp as QEMU fills in what stays unsaid: cores take what is over, then
// sockets (since version 6.2), and threads where both are said.
class ProcessorReader {
  public:
    ProcessorReader(Import& import, const Option& option)
      : import_(import)
      , option_(option)
      , properties_(Properties::parse(option.value(), "cpus").value_or(Properties())) {}

    void read() {
        constexpr std::uint64_t most = 1U << 16;
        const auto cpus = take("cpus");
        const auto limit = take("maxcpus");
        const auto sockets = take("sockets");
        const auto dies = take("dies").value_or(1);
        const auto cores = take("cores");
        const auto threads = take("threads");
        const bool said = sockets || cores || threads || dies != 1;
        const auto within = dies * cores.value_or(1) * threads.value_or(1);
        const auto product = within * sockets.value_or(1);
        if (bad_ || product == 0 || product > most) return refuse();
        const auto all =
            limit.value_or(said ? std::max(product, cpus.value_or(0)) : cpus.value_or(0));
        if (all == 0 || all > most) return refuse();
        if (said && !fill(all, sockets, dies, cores, threads)) return keep(all);
        import_.guest.vcpus = static_cast<unsigned>(all);
        if (cpus && *cpus != all) import_.guest.current_vcpus = static_cast<unsigned>(*cpus);
        if (!properties_.left().empty()) keep(all);
        if (option_.value().find_first_of(",=") != std::string::npos) import_.modern();
    }

  private:
    std::optional<std::uint64_t> take(std::string_view key) {
        const auto text = properties_.take(key);
        if (!text) return std::nullopt;
        const auto number = import_.number(option_, *text);
        bad_ = bad_ || !number || *number == 0;
        return number;
    }

    bool fill(std::uint64_t all, std::optional<std::uint64_t> sockets, std::uint64_t dies,
              std::optional<std::uint64_t> cores, std::optional<std::uint64_t> threads) {
        const auto rest = [&](std::uint64_t others) { return others == 0 ? 0 : all / others; };
        const bool threads_left = !threads && sockets && cores;
        const auto thread_count =
            threads_left ? rest(*sockets * dies * *cores) : threads.value_or(1);
        const auto core_count = cores.value_or(rest(sockets.value_or(1) * dies * thread_count));
        const auto socket_count = sockets.value_or(rest(dies * core_count * thread_count));
        if (socket_count * dies * core_count * thread_count != all) return false;
        const CpuTopology topology{static_cast<unsigned>(socket_count), static_cast<unsigned>(dies),
                                   static_cast<unsigned>(core_count),
                                   static_cast<unsigned>(thread_count)};
        // What is so anyway.
        if (topology != CpuTopology{.sockets = static_cast<unsigned>(all)})
            import_.guest.cpu.topology = topology;
        return true;
    }

    void keep(std::uint64_t all) {
        import_.guest.vcpus = static_cast<unsigned>(all);
        import_.guest.cpu.topology.reset();
        import_.keep(option_, "says a topology that has no place in the XML");
    }
    void refuse() {
        import_.error(option_, "'" + option_.text() + "' gives no number of processors",
                      "write -smp 2");
    }

    Import& import_;
    const Option& option_;
    Properties properties_;
    bool bad_ = false;
};

} // namespace

void import_cpu(Import& import, const Option& option) {
    import.cpu = &option;
}

void settle_cpu(Import& import) {
    if (import.cpu != nullptr) CpuReader(import, *import.cpu).read();
}

void import_processors(Import& import, const Option& option) {
    ProcessorReader(import, option).read();
}

} // namespace vmwarden::native
