// SPDX-License-Identifier: LGPL-2.1-or-later
// Small definitions for the tests of QEMU's command line.
#pragma once

#include "src/qemu/command.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

namespace vmwarden::qemu::sample {

using nlohmann::json;

inline GuestDefinition guest() {
    GuestDefinition definition;
    definition.name = "demo";
    definition.memory = Bytes{64ULL * 1024 * 1024};
    definition.os.machine = "pc";
    definition.features.acpi = true;
    return definition;
}

inline Disk disk(std::string target, DiskBus bus, DiskDevice device = DiskDevice::disk) {
    Disk made;
    made.device = device;
    made.target = std::move(target);
    made.bus = bus;
    if (device == DiskDevice::disk) made.source = "/images/" + made.target + ".img";
    return made;
}

inline CommandContext context() {
    CommandContext made;
    made.executable = "/usr/bin/qemu-system-x86_64";
    made.uuid = Uuid::parse("c7a5fdbd-edaf-9455-926a-d65c16db1809").value();
    return made;
}

// The arguments of every occurrence of a switch.
inline std::vector<std::string> arguments(const std::vector<std::string>& argv,
                                          std::string_view name) {
    std::vector<std::string> found;
    for (std::size_t i = 1; i + 1 < argv.size(); ++i)
        if (argv[i] == name) found.push_back(argv[i + 1]);
    return found;
}

inline std::vector<std::string> arguments(const GuestDefinition& definition,
                                          std::string_view name) {
    return arguments(modern_argv(definition, context()), name);
}

// The JSON argument whose id (or node-name) is this; null when there is none.
inline json object(const GuestDefinition& definition, std::string_view name, std::string_view id) {
    for (const auto& text : arguments(definition, name)) {
        const auto value = json::parse(text);
        if (value.value("id", "") == id || value.value("node-name", "") == id) return value;
    }
    return {};
}

} // namespace vmwarden::qemu::sample
