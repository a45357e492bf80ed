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

template <class Value, class Range>
Setting<std::vector<Setting<Value>>> list_of(const Range& values) {
    Setting<std::vector<Setting<Value>>> list;
    for (const auto& value : values)
        list.value.push_back({Value(value), {}});
    return list;
}

Account build_account(std::string_view text) {
    auto account = hostpolicy::parse_account(text);
    if (!account) throw std::logic_error("built with an invalid -Dqemu_user= or -Dqemu_group=");
    return *account;
}

} // namespace

std::string account_text(const Account& account) {
    if (const auto* id = std::get_if<AccountId>(&account)) return "+" + std::to_string(id->value);
    return std::get<AccountName>(account);
}

std::string_view to_text(SecurityDriver driver) {
    return hostpolicy::text_of(driver);
}
std::string_view to_text(SecurityModel model) {
    return hostpolicy::text_of(model);
}
std::string_view to_text(CgroupController controller) {
    return hostpolicy::text_of(controller);
}

HostPolicy built_in_policy() {
    HostPolicy policy;
    policy.version = {policy_version, {}};
    policy.user = {build_account(VMWARDEN_QEMU_USER), {}};
    policy.group = {build_account(VMWARDEN_QEMU_GROUP), {}};
    policy.dynamic_ownership = {true, {}};
    policy.security_driver = {SecurityDriver::automatic, {}};
    policy.security_model = {SecurityModel::svirt, {}};
    policy.cgroup_device_acl = list_of<std::string>(default_devices);
    policy.cgroup_controllers = list_of<CgroupController>(default_controllers);
    policy.seccomp_sandbox = {true, {}};
    policy.slice = {"machine.slice", {}};
    policy.emulators = list_of<std::string>(default_emulators);
    return policy;
}

} // namespace vmwarden
