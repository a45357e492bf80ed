// SPDX-License-Identifier: LGPL-2.1-or-later
// What a definition says of its share of the host, as properties of the scope and places of
// threads. It divides what policy and slice give; it cannot ask for more.
#include "src/resolve/steps.h"

#include <algorithm>

namespace vmwarden::resolving {

namespace {

constexpr std::uint64_t usual_period = 100'000; // microseconds, the kernel's and systemd's

// The kernel rounds sizes down to pages, which differ, and is to give back what was written.
std::uint64_t whole_mebibytes(std::uint64_t bytes) {
    constexpr std::uint64_t mebibyte = std::uint64_t{1} << 20;
    return bytes / mebibyte * mebibyte;
}

class Tuner {
  public:
    explicit Tuner(Draft& draft)
      : draft_(draft) {}

    void run() {
        tune_processors();
        tune_memory();
        tune_disks();
        place_memory();
        place_threads();
        if (tuning_ != plan::Tuning{}) draft_.plan.scope.tuning = std::move(tuning_);
    }

  private:
    Draft& draft_;
    plan::Tuning tuning_ = {};

    [[nodiscard]] bool delegated(std::string_view controller) const {
        const auto& controllers = draft_.plan.scope.delegate;
        return std::find(controllers.begin(), controllers.end(), controller) != controllers.end();
    }
    void require(const char* controller, const SourcePlace& place, const std::string& element) {
        const auto& origin = draft_.policy.cgroup_controllers.origin;
        if (!delegated(controller))
            draft_.deny("limits", place, origin,
                        element + " needs the controller `" + controller +
                            "`, which the policy does not list",
                        "remove it, or add " + std::string(controller) + " to " +
                            policy_line("cgroup_controllers", origin));
    }

    void tune_processors() {
        const auto& tune = draft_.definition.cpu_tune;
        if (tune.shares == 0 && tune.quota == 0) return;
        require("cpu", tune.place, "<cputune>");
        tuning_.cpu_weight = tune.shares;
        if (tune.shares != 0)
            decide("processor weight", std::to_string(tune.shares) + " against other guests", tune);
        if (tune.quota == 0) return;
        tuning_.cpu_period_usec = tune.period == 0 ? usual_period : tune.period;
        tuning_.cpu_quota_usec = tune.quota;
        decide("processor time",
               "at most " + std::to_string(tuning_.cpu_quota_usec) + " us of each " +
                   std::to_string(tuning_.cpu_period_usec) + " us",
               tune);
    }

    // <hard_limit> is with the other limits of memory, which follow the policy.
    void tune_memory() {
        const auto& tune = draft_.definition.memory_tune;
        if (tune == MemoryTune{.place = tune.place}) return;
        require("memory", tune.place, "<memtune>");
        tuning_.memory_high = whole_mebibytes(tune.soft_limit.count);
        tuning_.memory_low = whole_mebibytes(tune.min_guarantee.count);
        if (tune.swap_hard_limit > tune.hard_limit)
            tuning_.memory_swap_max =
                whole_mebibytes(tune.swap_hard_limit.count - tune.hard_limit.count);
        const auto say = [&](const char* what, const char* how, std::uint64_t bytes) {
            if (bytes != 0) decide(what, how + size_text(Bytes{bytes}), tune);
        };
        say("memory reclaim", "from ", tuning_.memory_high);
        say("swap", "at most ", tuning_.memory_swap_max);
        say("memory guarantee", "as far as the slice has it, ", tuning_.memory_low);
    }

    void tune_disks() {
        const auto& tune = draft_.definition.block_tune;
        if (tune.weight == 0 && tune.devices.empty()) return;
        require("io", tune.place, "<blkiotune>");
        tuning_.io_weight = tune.weight;
        if (tune.weight != 0)
            decide("disk weight", std::to_string(tune.weight) + " against other guests", tune);
        for (const auto& device : tune.devices)
            tune_disk(device);
    }
    void tune_disk(const BlockDeviceTune& device) {
        const auto& fact = draft_.file(device.path);
        if (fact.type != FileType::block)
            return draft_.refuse("limits", device.place,
                                 device.path + " is no block device of this host",
                                 "name one, as /dev/sda, or remove <device>");
        tuning_.io.push_back({device.path, fact.device, device.weight, device.read_bytes,
                              device.write_bytes, device.read_operations, device.write_operations});
        decide("disk " + device.path, "limited", device);
    }

    // Memory that QEMU asks the kernel to place; strictly, or where nothing else is said, all of
    // the scope's.
    void place_memory() {
        const auto& tune = draft_.definition.numa_tune;
        NumberSet strict;
        bool restricts = false;
        const auto note = [&](const MemoryPlacement& placement) {
            check("memory nodes", placement.nodes, draft_.facts.memory_nodes, placement.place);
            restricts = restricts || placement.mode == NumaMode::restrictive;
            strict.add(placement.nodes);
        };
        for (const auto& cell : tune.cells)
            note(cell.memory);
        if (tune.memory) note(*tune.memory);
        for (const auto& module : draft_.definition.memory_modules)
            if (!module.nodes.empty()) {
                check("memory nodes", module.nodes, draft_.facts.memory_nodes, module.place);
                strict.add(module.nodes);
            }
        if (!restricts) return;
        require("cpuset", tune.memory->place, "mode 'restrictive'");
        tuning_.memory_nodes = strict.text();
        decide("memory nodes", tuning_.memory_nodes, *tune.memory);
    }

    void place_threads() {
        const auto& definition = draft_.definition;
        const auto& tune = definition.cpu_tune;
        const auto place = [&](plan::ThreadPlace::Kind kind, unsigned number,
                               const ThreadPin* pin) {
            const auto& set = pin != nullptr ? pin->processors : tune.processors;
            if (!set.empty()) tuning_.threads.push_back({kind, number, set.text()});
        };
        using Kind = plan::ThreadPlace::Kind;
        place(Kind::emulator, 0, tune.emulator_pin ? &*tune.emulator_pin : nullptr);
        for (unsigned i = 0; i < definition.current_vcpus.value_or(definition.vcpus); ++i)
            place(Kind::vcpu, i, pin_of(tune.vcpu_pins, i));
        for (const auto& thread : all_iothreads(definition.iothreads))
            place(Kind::iothread, thread.id, pin_of(tune.iothread_pins, thread.id));
        check_pins();
        if (!tuning_.threads.empty())
            draft_.decide("processors",
                          "where " + std::to_string(tuning_.threads.size()) +
                              " threads may run is given",
                          defined_at(tune.vcpu_pins.empty() ? definition.vcpus_place : tune.place));
        hold_scope();
    }
    static const ThreadPin* pin_of(const std::vector<ThreadPin>& pins, unsigned number) {
        const auto found = std::ranges::find(pins, number, &ThreadPin::number);
        return found == pins.end() ? nullptr : &*found;
    }
    void check_pins() {
        const auto& tune = draft_.definition.cpu_tune;
        const auto& there = draft_.facts.processors;
        check("processors", tune.processors, there, draft_.definition.vcpus_place);
        if (tune.emulator_pin)
            check("processors", tune.emulator_pin->processors, there, tune.emulator_pin->place);
        for (const auto* pins : {&tune.vcpu_pins, &tune.iothread_pins})
            for (const auto& pin : *pins)
                check("processors", pin.processors, there, pin.place);
    }
    // <vcpu cpuset> is for every thread without a pin: no thread is anywhere else, whatever QEMU
    // does, so the kernel can hold all of them.
    void hold_scope() {
        const auto& tune = draft_.definition.cpu_tune;
        if (tune.processors.empty() || !delegated("cpuset")) return;
        NumberSet all = tune.processors;
        for (const auto& thread : tuning_.threads)
            all.add(NumberSet::parse(thread.processors).value_or(NumberSet()));
        tuning_.processors = all.text();
    }

    // A host that could not be asked is not held against the definition; the kernel will say.
    void check(const char* step, const NumberSet& wanted, const NumberSet& there,
               const SourcePlace& place) {
        if (wanted.empty() || there.empty() || there.includes(wanted)) return;
        draft_.refuse(step, place,
                      std::string(step) + " " + wanted.text() + " are asked for; this host has " +
                          there.text(),
                      "name some of " + there.text());
    }

    template <class Part>
    void decide(std::string what, std::string value, const Part& part) {
        draft_.decide(std::move(what), std::move(value), defined_at(part.place));
    }
};

} // namespace

void tune_scope(Draft& draft) {
    Tuner(draft).run();
}

} // namespace vmwarden::resolving
