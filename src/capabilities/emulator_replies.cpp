// SPDX-License-Identifier: LGPL-2.1-or-later
#include "src/capabilities/emulator_replies.h"

#include "src/capabilities/bounds.h"

#include <algorithm>
#include <array>
#include <optional>

namespace vmwarden {

namespace {

using nlohmann::json;

enum Question : std::size_t {
    version,
    target,
    machines,
    accelerators,
    kvm,
    cpus,
    devices,
    commands
};

const json* member(const json& object, const char* name) {
    if (!object.is_object()) return nullptr;
    const auto found = object.find(name);
    return found == object.end() ? nullptr : &*found;
}

// A flag that older emulators do not have is false.
bool flag(const json& object, const char* name) {
    const auto* value = member(object, name);
    return value != nullptr && value->is_boolean() && value->get<bool>();
}

std::optional<std::string> name_in(const json& object, const char* key) {
    const auto* value = member(object, key);
    if (value == nullptr || !value->is_string()) return std::nullopt;
    auto name = value->get<std::string>();
    if (!is_ability_name(name)) return std::nullopt;
    return name;
}

std::optional<unsigned> number_in(const json& object, const char* key) {
    const auto* value = member(object, key);
    if (value == nullptr || !value->is_number_unsigned()) return std::nullopt;
    const auto number = value->get<std::uint64_t>();
    if (number > max_ability_number) return std::nullopt;
    return static_cast<unsigned>(number);
}

bool take_version(const json& reply, EmulatorAbilities& out) {
    const auto* qemu = member(reply, "qemu");
    if (qemu == nullptr) return false;
    const auto major = number_in(*qemu, "major");
    const auto minor = number_in(*qemu, "minor");
    const auto micro = number_in(*qemu, "micro");
    if (!major || !minor || !micro) return false;
    out.major = *major;
    out.minor = *minor;
    out.micro = *micro;
    out.package = name_in(reply, "package").value_or("");
    return true;
}

bool take_target(const json& reply, EmulatorAbilities& out) {
    auto name = name_in(reply, "arch");
    if (name) out.target = std::move(*name);
    return name.has_value();
}

std::optional<MachineType> machine(const json& entry) {
    auto name = name_in(entry, "name");
    const auto max_cpus = number_in(entry, "cpu-max");
    if (!name || !max_cpus) return std::nullopt;
    MachineType out;
    out.name = std::move(*name);
    out.max_cpus = *max_cpus;
    out.is_default = flag(entry, "is-default");
    out.deprecated = flag(entry, "deprecated");
    if (member(entry, "alias") == nullptr) return out;
    auto alias = name_in(entry, "alias");
    if (!alias) return std::nullopt;
    out.alias = std::move(*alias);
    return out;
}

std::optional<CpuModel> cpu_model(const json& entry) {
    auto name = name_in(entry, "name");
    if (!name) return std::nullopt;
    return CpuModel{std::move(*name), flag(entry, "deprecated")};
}

std::optional<std::string> name(const json& entry) {
    return name_in(entry, "name");
}

// Every entry must be one: half an answer is none.
template <class T>
bool take_list(const json& reply, std::optional<T> (*read)(const json&), std::vector<T>& out) {
    if (!reply.is_array() || reply.size() > max_abilities) return false;
    for (const auto& entry : reply) {
        auto value = read(entry);
        if (!value) return false;
        out.push_back(std::move(*value));
    }
    return true;
}

bool take_machines(const json& reply, EmulatorAbilities& out) {
    if (!take_list(reply, machine, out.machines)) return false;
    std::erase_if(out.machines, [](const MachineType& each) { return each.name == "none"; });
    std::sort(out.machines.begin(), out.machines.end(),
              [](const auto& a, const auto& b) { return a.name < b.name; });
    return true;
}

// Before QEMU had types for its accelerators (6.0) every build had TCG.
bool take_accelerators(const json& reply, EmulatorAbilities& out) {
    std::vector<std::string> types;
    if (!take_list(reply, name, types)) return false;
    const auto has = [&](const char* type) {
        return std::find(types.begin(), types.end(), type) != types.end();
    };
    out.tcg = types.empty() || has("tcg-accel");
    return true;
}

bool take_kvm(const json& reply, EmulatorAbilities& out) {
    const auto* present = member(reply, "present");
    if (present == nullptr || !present->is_boolean()) return false;
    out.kvm = present->get<bool>();
    return true;
}

bool take_cpus(const json& reply, EmulatorAbilities& out) {
    if (!take_list(reply, cpu_model, out.cpu_models)) return false;
    std::sort(out.cpu_models.begin(), out.cpu_models.end(),
              [](const auto& a, const auto& b) { return a.name < b.name; });
    return true;
}

bool take_names(const json& reply, std::vector<std::string>& out) {
    if (!take_list(reply, name, out)) return false;
    std::sort(out.begin(), out.end());
    return true;
}

bool take(std::size_t question, const json& reply, EmulatorAbilities& out) {
    switch (question) {
    case version:
        return take_version(reply, out);
    case target:
        return take_target(reply, out);
    case machines:
        return take_machines(reply, out);
    case accelerators:
        return take_accelerators(reply, out);
    case kvm:
        return take_kvm(reply, out);
    case cpus:
        return take_cpus(reply, out);
    case devices:
        return take_names(reply, out.devices);
    default:
        return take_names(reply, out.commands);
    }
}

} // namespace

std::span<const EmulatorQuestion> emulator_questions() {
    static const std::array<EmulatorQuestion, 8> questions{{
        {"query-version", json::object(), true},
        {"query-target", json::object(), true},
        {"query-machines", json::object(), true},
        {"qom-list-types", {{"implements", "accel"}, {"abstract", false}}, false},
        {"query-kvm", json::object(), false},
        {"query-cpu-definitions", json::object(), false},
        {"qom-list-types", {{"implements", "device"}, {"abstract", false}}, false},
        {"query-commands", json::object(), false},
    }};
    return questions;
}

std::variant<EmulatorAbilities, std::string> read_abilities(const std::vector<json>& replies) {
    const auto questions = emulator_questions();
    EmulatorAbilities out;
    out.tcg = true; // unless the emulator says otherwise
    for (std::size_t i = 0; i < questions.size(); ++i) {
        const bool refused = i >= replies.size() || replies[i].is_null();
        if (refused && !questions[i].required) continue;
        if (refused || !take(i, replies[i], out))
            return "its answer to " + std::string(questions[i].command) + " is none";
    }
    return out;
}

} // namespace vmwarden
