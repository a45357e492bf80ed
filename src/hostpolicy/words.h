// SPDX-License-Identifier: LGPL-2.1-or-later
// The words a setting may be: one table per type, for reading, writing and suggesting.
#pragma once

#include "src/hostpolicy/host_policy.h"

#include <array>

namespace vmwarden::hostpolicy {

template <class Enum>
struct Word {
    std::string_view text;
    Enum value;
};

// What others call it: qemu.conf and cgroup v1.
struct ForeignWord {
    std::string_view foreign;
    std::string_view ours; // empty: there is none
};

template <class Enum>
struct Words;

template <>
struct Words<SecurityDriver> {
    static constexpr std::array known = {
        Word<SecurityDriver>{"auto", SecurityDriver::automatic},
        Word<SecurityDriver>{"selinux", SecurityDriver::selinux},
        Word<SecurityDriver>{"none", SecurityDriver::none},
    };
    static constexpr std::array<ForeignWord, 0> foreign = {};
};

template <>
struct Words<SecurityModel> {
    static constexpr std::array known = {
        Word<SecurityModel>{"svirt", SecurityModel::svirt},
        Word<SecurityModel>{"basic", SecurityModel::basic},
    };
    static constexpr std::array foreign = {ForeignWord{"dac", "basic"},
                                           ForeignWord{"selinux", "svirt"}};
};

template <>
struct Words<UnlabelledFilesystems> {
    static constexpr std::array known = {
        Word<UnlabelledFilesystems>{"required", UnlabelledFilesystems::required},
        Word<UnlabelledFilesystems>{"best-effort", UnlabelledFilesystems::best_effort},
        Word<UnlabelledFilesystems>{"skip", UnlabelledFilesystems::skip},
    };
    static constexpr std::array foreign = {ForeignWord{"best_effort", "best-effort"}};
};

template <>
struct Words<CgroupController> {
    static constexpr std::array known = {
        Word<CgroupController>{"cpu", CgroupController::cpu},
        Word<CgroupController>{"cpuset", CgroupController::cpuset},
        Word<CgroupController>{"io", CgroupController::io},
        Word<CgroupController>{"memory", CgroupController::memory},
        Word<CgroupController>{"pids", CgroupController::pids},
        Word<CgroupController>{"devices", CgroupController::devices},
    };
    static constexpr std::array foreign = {ForeignWord{"blkio", "io"},
                                           ForeignWord{"cpuacct", "cpu"}};
};

template <>
struct Words<Permission> {
    static constexpr std::array known = {Word<Permission>{"allow", Permission::allow},
                                         Word<Permission>{"deny", Permission::deny}};
    static constexpr std::array foreign = {ForeignWord{"true", "allow"},
                                           ForeignWord{"false", "deny"}};
};

template <>
struct Words<Permit> {
    static constexpr std::array known = {
        Word<Permit>{"qemu-commandline", Permit::qemu_commandline}};
    static constexpr std::array foreign = {ForeignWord{"qemu:commandline", "qemu-commandline"},
                                           ForeignWord{"qemu_commandline", "qemu-commandline"}};
};

template <>
struct Words<NetworkType> {
    static constexpr std::array known = {Word<NetworkType>{"user", NetworkType::user},
                                         Word<NetworkType>{"bridge", NetworkType::bridge},
                                         Word<NetworkType>{"direct", NetworkType::direct},
                                         Word<NetworkType>{"tap", NetworkType::tap},
                                         Word<NetworkType>{"vhostuser", NetworkType::vhostuser},
                                         Word<NetworkType>{"none", NetworkType::none}};
    static constexpr std::array foreign = {ForeignWord{"slirp", "user"},
                                           ForeignWord{"ethernet", "tap"},
                                           ForeignWord{"macvtap", "direct"}};
};

template <class Enum>
constexpr std::string_view text_of(Enum value) {
    for (const auto& word : Words<Enum>::known)
        if (word.value == value) return word.text;
    return {};
}

} // namespace vmwarden::hostpolicy
