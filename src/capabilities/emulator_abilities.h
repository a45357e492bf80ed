// SPDX-License-Identifier: LGPL-2.1-or-later
// What an emulator says it can do, as a value: asked once over QMP, then kept.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace vmwarden {

struct MachineType {
    std::string name;
    std::string alias; // a second name: "pc" of "pc-i440fx-7.2"; may be empty
    std::uint32_t max_cpus = 0;
    bool is_default = false;
    bool deprecated = false;
    bool operator==(const MachineType&) const = default;
};

struct CpuModel {
    std::string name;
    bool deprecated = false;
    bool operator==(const CpuModel&) const = default;
};

// Lists are sorted by name, so that the same emulator gives the same value.
struct EmulatorAbilities {
    unsigned major = 0, minor = 0, micro = 0;
    std::string package; // the distribution's version, may be empty
    std::string target;  // QEMU's word for what it emulates: "x86_64", "arm"
    bool tcg = false;    // accelerators built in; whether the host has KVM is another question
    bool kvm = false;
    std::vector<MachineType> machines; // without "none"
    std::vector<CpuModel> cpu_models;
    std::vector<std::string> devices;  // names for -device
    std::vector<std::string> commands; // of QMP
    bool operator==(const EmulatorAbilities&) const = default;
};

} // namespace vmwarden
