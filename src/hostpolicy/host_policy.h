// SPDX-License-Identifier: LGPL-2.1-or-later
// What the host's administrator allows: the value that policy files become.
#pragma once

#include "src/base/diagnostic.h"
#include "src/base/units.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace vmwarden {

// A value and the line that gave it.
template <class T>
struct Setting {
    T value{};
    Origin origin;
    bool operator==(const Setting&) const = default;
};

// A user or group as policy writes it: a name to be looked up, or "+ID" taken as it is.
using AccountName = std::string;
struct AccountId {
    std::uint32_t value = 0;
    bool operator==(const AccountId&) const = default;
};
using Account = std::variant<AccountName, AccountId>;
// "qemu" or "+64055".
std::string account_text(const Account& account);

enum class SecurityDriver { automatic, selinux, none };
enum class SecurityModel { svirt, basic };
enum class CgroupController { cpu, cpuset, io, memory, pids, devices };

std::string_view to_text(SecurityDriver driver);
std::string_view to_text(SecurityModel model);
std::string_view to_text(CgroupController controller);

// The only value of `version` this program reads.
constexpr unsigned policy_version = 1;

// Keys carry the names of product.md. Lists keep the origin of every entry, because a refusal names
// the line that would have to change.
struct HostPolicy {
    Setting<unsigned> version;
    Setting<Account> user;
    Setting<Account> group;
    Setting<bool> dynamic_ownership;
    Setting<SecurityDriver> security_driver;
    Setting<SecurityModel> security_model;
    Setting<std::vector<Setting<std::string>>> cgroup_device_acl; // absolute paths
    Setting<std::vector<Setting<CgroupController>>> cgroup_controllers;
    Setting<bool> seccomp_sandbox;
    Setting<std::string> slice;                           // a systemd slice unit
    Setting<std::vector<Setting<std::string>>> emulators; // globs over paths

    bool operator==(const HostPolicy&) const = default;
};

// What holds when no file says otherwise. `user` and `group` are the build's -Dqemu_user= and
// -Dqemu_group=.
HostPolicy built_in_policy();

} // namespace vmwarden
