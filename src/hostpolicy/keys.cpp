// SPDX-License-Identifier: LGPL-2.1-or-later
#include "src/hostpolicy/keys.h"

#include "src/hostpolicy/codes.h"

#include <algorithm>
#include <array>

namespace vmwarden::hostpolicy {

namespace {

constexpr std::array table = {
    Key{"version", &HostPolicy::version, {}, "the version of the policy language: 1"},
    Key{"user", &HostPolicy::user, {}, "the account that guests run as: a name, or \"+UID\""},
    Key{"group", &HostPolicy::group, {}, "the group that guests run as: a name, or \"+GID\""},
    Key{"dynamic_ownership",
        &HostPolicy::dynamic_ownership,
        {},
        "give disks and devices to the guest's account at start, and back at stop"},
    Key{"security_driver",
        &HostPolicy::security_driver,
        {},
        "which mandatory access control confines guests"},
    Key{"security_model",
        &HostPolicy::security_model,
        {},
        "svirt: a label of its own for each guest; basic: accounts alone keep guests apart"},
    Key{"cgroup_device_acl",
        &HostPolicy::cgroup_device_acl,
        {code::device_path, device_path_fault},
        "device nodes every guest may open, besides its own disks; missing ones are skipped"},
    Key{"cgroup_controllers",
        &HostPolicy::cgroup_controllers,
        {},
        "cgroup controllers that guests are put under, as far as the host has them"},
    Key{"seccomp_sandbox",
        &HostPolicy::seccomp_sandbox,
        {},
        "let QEMU give up system calls it does not need"},
    Key{"slice",
        &HostPolicy::slice,
        {code::slice_name, slice_name_fault},
        "the slice unit that holds the guests"},
    Key{"emulators",
        &HostPolicy::emulators,
        {code::emulator_glob, emulator_glob_fault},
        "programs a guest may be run with: paths, or patterns of them"},
};

constexpr auto names = [] {
    std::array<std::string_view, table.size()> out{};
    for (std::size_t i = 0; i < table.size(); ++i)
        out[i] = table[i].name;
    return out;
}();

constexpr std::array<std::string_view, 10> to_come = {
    "security_default_confined",
    "security_require_confined",
    "static_labels",
    "limits",
    "disks",
    "host_devices",
    "networks",
    "remote",
    "rules",
    "lock",
};

} // namespace

std::span<const Key> keys() {
    return table;
}

const Key* find_key(std::string_view name) {
    const auto found = std::find(names.begin(), names.end(), name);
    return found == names.end() ? nullptr : &table[static_cast<std::size_t>(found - names.begin())];
}

std::span<const std::string_view> key_names() {
    return names;
}

std::span<const std::string_view> names_to_come() {
    return to_come;
}

} // namespace vmwarden::hostpolicy
