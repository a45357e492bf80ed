// SPDX-License-Identifier: LGPL-2.1-or-later
#include "src/hostpolicy/host_policy.h"

#include "config.h"
#include "src/hostpolicy/text_rules.h"
#include "src/hostpolicy/words.h"

#include <array>
#include <stdexcept>

namespace vmwarden {

namespace {

// The device list of the seed page: what every QEMU may open, as far as the host has it.
constexpr std::array<std::string_view, 11> default_devices = {
    "/dev/null", "/dev/full",  "/dev/zero", "/dev/random", "/dev/urandom", "/dev/ptmx",
    "/dev/kvm",  "/dev/kqemu", "/dev/rtc",  "/dev/hpet",   "/dev/net/tun"};

constexpr std::array<std::string_view, 4> default_emulators = {
    "/usr/bin/qemu-system-*", "/usr/bin/qemu", "/usr/bin/qemu-kvm", "/usr/bin/xenner"};

constexpr std::array default_controllers = {CgroupController::cpu,  CgroupController::cpuset,
                                            CgroupController::io,   CgroupController::memory,
                                            CgroupController::pids, CgroupController::devices};

// Whose files the host itself runs on: given to a guest, one of these is the host.
constexpr std::array<std::string_view, 12> default_denied_disks = {
    "/boot",    "/etc",     "/proc",     "/root",        "/run",     "/sys",
    "/usr/bin", "/usr/lib", "/usr/sbin", "/usr/libexec", "/var/log", "/var/lib/vmwarden/restore"};

template <class Value, class Range>
Setting<std::vector<Setting<Value>>> list_of(const Range& values) {
    Setting<std::vector<Setting<Value>>> list;
    for (const auto& value : values)
        list.value.push_back({Value(value), {}});
    return list;
}

Account build_account(std::string_view text) {
    auto account = hostpolicy::parse_account(text);
    if (!account || std::holds_alternative<AccountPerGuest>(*account))
        throw std::logic_error("built with an invalid -Dqemu_user= or -Dqemu_group=");
    return *account;
}

} // namespace

std::string account_text(const Account& account) {
    if (const auto* id = std::get_if<AccountId>(&account)) return "+" + std::to_string(id->value);
    if (const auto* name = std::get_if<AccountName>(&account)) return *name;
    return "per-guest";
}

std::string_view to_text(SecurityDriver driver) {
    return hostpolicy::text_of(driver);
}
std::string_view to_text(SecurityModel model) {
    return hostpolicy::text_of(model);
}
std::string_view to_text(UnlabelledFilesystems what) {
    return hostpolicy::text_of(what);
}
std::string_view to_text(CgroupController controller) {
    return hostpolicy::text_of(controller);
}

std::string_view to_text(Permission permission) {
    return hostpolicy::text_of(permission);
}
std::string_view to_text(Permit permit) {
    return hostpolicy::text_of(permit);
}
std::string_view to_text(NetworkType type) {
    return hostpolicy::text_of(type);
}

HostPolicy built_in_policy() {
    HostPolicy policy;
    policy.version = {policy_version, {}};
    policy.user = {build_account(VMWARDEN_QEMU_USER), {}};
    policy.group = {build_account(VMWARDEN_QEMU_GROUP), {}};
    // Free by systemd's UIDS-GIDS, beyond what containers, SSSD and FreeIPA hand out.
    policy.per_guest_ids = {"2100000000-2100065535", {}};
    policy.supplementary_groups = list_of<std::string>(std::array{"kvm"});
    policy.dynamic_ownership = {true, {}};
    policy.security_driver = {SecurityDriver::automatic, {}};
    policy.security_model = {SecurityModel::svirt, {}};
    policy.cgroup_device_acl = list_of<std::string>(default_devices);
    policy.cgroup_controllers = list_of<CgroupController>(default_controllers);
    policy.seccomp_sandbox = {true, {}};
    policy.system_call_filter = {true, {}};
    policy.namespaces_mount = {true, {}};
    policy.namespaces_pid = {true, {}};
    policy.namespaces_ipc = {true, {}};
    policy.namespaces_network = {true, {}};
    policy.landlock = {true, {}};
    policy.oom_score_adjust = {0, {}};
    policy.slice = {"machine.slice", {}};
    policy.emulators = list_of<std::string>(default_emulators);
    policy.security_default_confined = {true, {}};
    policy.security_require_confined = {false, {}};
    policy.static_labels = {Permission::allow, {}};
    policy.unlabelled_filesystems = {UnlabelledFilesystems::required, {}};
    policy.limits_guests = {512, {}};
    policy.limits_vcpus = {64, {}};
    policy.limits_memory = {Bytes{256ULL << 30}, {}};
    policy.limits_processes = {4096, {}};
    policy.limits_open_files = {16384, {}};
    policy.disks_allow = list_of<std::string>(std::array{"/"});
    policy.disks_deny = list_of<std::string>(default_denied_disks);
    policy.host_devices_usb = {Permission::allow, {}};
    // They read and write memory by themselves: an administrator says so.
    policy.host_devices_pci = {Permission::deny, {}};
    policy.host_devices_mdev = {Permission::deny, {}};
    policy.host_devices_tpm = {Permission::deny, {}};
    policy.networks.value.push_back({Network{"default", NetworkType::user}, {}});
    return policy;
}

} // namespace vmwarden
