// SPDX-License-Identifier: LGPL-2.1-or-later
// Replies as QEMU 7.2 of Debian 12 gave them to emulator_questions(), cut down to a few entries.
#pragma once

#include "src/capabilities/emulator_replies.h"

namespace vmwarden::tests {

inline std::vector<nlohmann::json> sample_replies() {
    using nlohmann::json;
    return {
        json::parse(R"({"qemu": {"micro": 22, "minor": 2, "major": 7},
                        "package": "Debian 1:7.2+dfsg-7+deb12u18+b3"})"),
        json::parse(R"({"arch": "x86_64"})"),
        json::parse(R"([
            {"hotpluggable-cpus": false, "name": "none", "numa-mem-supported": false, "cpu-max": 1,
             "deprecated": false, "default-ram-id": "ram"},
            {"hotpluggable-cpus": true, "name": "pc-q35-7.2", "numa-mem-supported": false,
             "default-cpu-type": "qemu64-x86_64-cpu", "cpu-max": 288, "deprecated": false,
             "default-ram-id": "pc.ram", "alias": "q35"},
            {"hotpluggable-cpus": true, "name": "pc-i440fx-1.4", "numa-mem-supported": true,
             "default-cpu-type": "qemu64-x86_64-cpu", "cpu-max": 255, "deprecated": true,
             "default-ram-id": "pc.ram"},
            {"hotpluggable-cpus": true, "name": "pc-i440fx-7.2", "numa-mem-supported": false,
             "default-cpu-type": "qemu64-x86_64-cpu", "is-default": true, "cpu-max": 255,
             "deprecated": false, "default-ram-id": "pc.ram", "alias": "pc"}])"),
        json::parse(R"([{"name": "tcg-accel", "parent": "accel"},
                        {"name": "kvm-accel", "parent": "accel"},
                        {"name": "accel", "parent": "object"}])"),
        json::parse(R"({"enabled": false, "present": true})"),
        json::parse(R"([
            {"name": "qemu64", "typename": "qemu64-x86_64-cpu", "unavailable-features": [],
             "alias-of": "qemu64-v1", "static": false, "migration-safe": true, "deprecated": false},
            {"name": "max", "typename": "max-x86_64-cpu", "unavailable-features": [],
             "static": false, "migration-safe": false, "deprecated": false}])"),
        json::parse(R"([{"name": "vhost-user-vsock-device", "parent": "vhost-vsock-common"},
                        {"name": "pcie-pci-bridge", "parent": "base-pci-bridge"}])"),
        json::parse(R"([{"name": "query-stats"}, {"name": "device_add"}])"),
    };
}

inline EmulatorAbilities sample_abilities() {
    return std::get<EmulatorAbilities>(read_abilities(sample_replies()));
}

} // namespace vmwarden::tests
