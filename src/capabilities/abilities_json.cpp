// SPDX-License-Identifier: LGPL-2.1-or-later
#include "src/capabilities/abilities_json.h"

#include "src/base/checksum.h"
#include "src/capabilities/bounds.h"

#include <nlohmann/json.hpp>
#include <stdexcept>

namespace vmwarden {

namespace {

using nlohmann::json;

// To be raised with every change of what is asked or kept: older answers are then asked anew.
constexpr std::string_view format = "vmwarden-emulator 1 ";

json to_json(const ProgramIdentity& program) {
    return {{"device", program.device},
            {"inode", program.inode},
            {"mtime_ns", program.mtime_ns},
            {"size", program.size}};
}

json to_json(const MachineType& machine) {
    return {{"name", machine.name},
            {"alias", machine.alias},
            {"max_cpus", machine.max_cpus},
            {"default", machine.is_default},
            {"deprecated", machine.deprecated}};
}

json to_json(const CpuModel& model) {
    return {{"name", model.name}, {"deprecated", model.deprecated}};
}

template <class T>
json list_of(const std::vector<T>& values) {
    json list = json::array();
    for (const auto& value : values)
        list.push_back(to_json(value));
    return list;
}

// The library would convert any number.
unsigned number_in(const json& entry, const char* key) {
    const auto& value = entry.at(key);
    if (!value.is_number_unsigned() || value.get<std::uint64_t>() > max_ability_number)
        throw std::range_error(key);
    return value.get<unsigned>();
}

MachineType machine(const json& entry) {
    return {entry.at("name"), entry.at("alias"), number_in(entry, "max_cpus"), entry.at("default"),
            entry.at("deprecated")};
}

CpuModel cpu_model(const json& entry) {
    return {entry.at("name"), entry.at("deprecated")};
}

// Throws for what encode_abilities() does not write.
EmulatorAbilities abilities_of(const json& entry) {
    EmulatorAbilities out;
    out.major = number_in(entry, "major");
    out.minor = number_in(entry, "minor");
    out.micro = number_in(entry, "micro");
    out.package = entry.at("package");
    out.target = entry.at("target");
    out.tcg = entry.at("tcg");
    out.kvm = entry.at("kvm");
    for (const auto& each : entry.at("machines"))
        out.machines.push_back(machine(each));
    for (const auto& each : entry.at("cpu_models"))
        out.cpu_models.push_back(cpu_model(each));
    out.devices = entry.at("devices").get<std::vector<std::string>>();
    out.commands = entry.at("commands").get<std::vector<std::string>>();
    return out;
}

} // namespace

std::string encode_abilities(const ProgramIdentity& program, const EmulatorAbilities& abilities) {
    const json body{{"program", to_json(program)},
                    {"major", abilities.major},
                    {"minor", abilities.minor},
                    {"micro", abilities.micro},
                    {"package", abilities.package},
                    {"target", abilities.target},
                    {"tcg", abilities.tcg},
                    {"kvm", abilities.kvm},
                    {"machines", list_of(abilities.machines)},
                    {"cpu_models", list_of(abilities.cpu_models)},
                    {"devices", abilities.devices},
                    {"commands", abilities.commands}};
    return seal_abilities(body.dump() + "\n");
}

std::string seal_abilities(const std::string& body) {
    return std::string(format) + checksum(body) + "\n" + body;
}

std::optional<EmulatorAbilities> decode_abilities(std::string_view text,
                                                  const ProgramIdentity& program) {
    if (!text.starts_with(format)) return std::nullopt;
    text.remove_prefix(format.size());
    const auto end = text.find('\n');
    if (end == std::string_view::npos) return std::nullopt;
    const auto sum = text.substr(0, end);
    text.remove_prefix(end + 1);
    if (sum != checksum(text)) return std::nullopt;
    const auto body = json::parse(text, nullptr, false);
    try {
        if (body.at("program") != to_json(program)) return std::nullopt;
        return abilities_of(body);
    } catch (const std::exception&) {
        return std::nullopt;
    }
}

} // namespace vmwarden
