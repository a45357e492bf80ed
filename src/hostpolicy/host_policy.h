// SPDX-License-Identifier: LGPL-2.1-or-later
// What the host's administrator allows: the value that policy files become.
#pragma once

#include "src/base/diagnostic.h"
#include "src/base/units.h"

#include <cstdint>
#include <optional>
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

// A user or group as policy writes it: a name to be looked up, "+ID" taken as it is, or, of `user`
// alone, "per-guest": an own uid for each guest, and a gid of the same number.
using AccountName = std::string;
struct AccountId {
    std::uint32_t value = 0;
    bool operator==(const AccountId&) const = default;
};
struct AccountPerGuest {
    bool operator==(const AccountPerGuest&) const = default;
};
using Account = std::variant<AccountName, AccountId, AccountPerGuest>;
// "qemu", "+64055" or "per-guest".
std::string account_text(const Account& account);

enum class SecurityDriver { automatic, selinux, none };
enum class SecurityModel { svirt, basic };

// What becomes of files on file systems that cannot carry the label they should have. required: the
// guest is refused. best_effort: they are used if SELinux' policy lets guests use what they are
// labelled as anyway. skip: likewise, and nobody asks.
enum class UnlabelledFilesystems { required, best_effort, skip };

enum class CgroupController { cpu, cpuset, io, memory, pids, devices };

// Whether a definition may ask for something.
enum class Permission { allow, deny };

// "2100000000-2100065535"; none for what is no range that guests can have.
std::optional<IdRange> parse_id_range(std::string_view text);

// What no guest may have unless the policy names it.
enum class Permit { qemu_commandline };

// user: QEMU's own, which asks for nothing of the host. bridge: a tap device on a bridge. direct: a
// macvtap device over a network device. tap: a tap device that the administrator has made.
// vhostuser: a program that listens on a socket, and sees the memory of the guests on it.
enum class NetworkType { user, bridge, direct, tap, vhostuser, none };

// What <interface type='network'> may name; and the bridge or device of the host that it names may
// then be named by <interface> itself as well. `none` takes a network of an earlier file away.
struct Network {
    std::string name;
    NetworkType type = NetworkType::user;
    std::string bridge = {}; // of type bridge, always
    std::string device = {}; // of types direct and tap, always
    std::string socket = {}; // of type vhostuser, always: an absolute path
    bool operator==(const Network&) const = default;
};

std::string_view to_text(SecurityDriver driver);
std::string_view to_text(SecurityModel model);
std::string_view to_text(UnlabelledFilesystems what);
std::string_view to_text(CgroupController controller);
std::string_view to_text(Permission permission);
std::string_view to_text(Permit permit);
std::string_view to_text(NetworkType type);

// The only value of `version` this program reads.
constexpr unsigned policy_version = 1;

struct Rule;

// Keys carry the names of product.md, those of a section behind the section's. Lists keep the
// origin of every entry, because a refusal names the line that would have to change.
struct HostPolicy {
    Setting<unsigned> version;
    Setting<Account> user;
    Setting<Account> group;             // of no matter where each guest has its own
    Setting<std::string> per_guest_ids; // as parse_id_range() reads it
    Setting<std::vector<Setting<std::string>>> supplementary_groups; // names
    Setting<bool> dynamic_ownership;
    Setting<SecurityDriver> security_driver;
    Setting<SecurityModel> security_model;
    Setting<bool> security_default_confined; // guests that do not say are confined
    Setting<bool> security_require_confined; // no guest may be without
    Setting<Permission> static_labels;
    Setting<UnlabelledFilesystems> unlabelled_filesystems;
    Setting<std::vector<Setting<std::string>>> cgroup_device_acl; // absolute paths
    Setting<std::vector<Setting<CgroupController>>> cgroup_controllers;
    Setting<bool> seccomp_sandbox;
    Setting<bool> system_call_filter;
    Setting<bool> namespaces_mount;
    Setting<bool> namespaces_pid;
    Setting<bool> namespaces_ipc;
    Setting<bool> namespaces_network;
    Setting<std::vector<Setting<std::string>>> bind_read_only_paths; // absolute
    Setting<bool> landlock;
    Setting<unsigned> oom_score_adjust; // 0 to 1000
    Setting<std::string> slice;                           // a systemd slice unit
    Setting<std::vector<Setting<std::string>>> emulators; // globs over paths
    Setting<unsigned> limits_guests;                      // running at one time
    Setting<unsigned> limits_vcpus;                       // of one guest, as the next three
    Setting<Bytes> limits_memory;
    Setting<unsigned> limits_processes; // with threads: the scope's TasksMax
    Setting<unsigned> limits_open_files;
    Setting<std::vector<Setting<std::string>>> disks_allow; // directories, or single files
    Setting<std::vector<Setting<std::string>>> disks_deny;
    Setting<std::vector<Setting<std::string>>> filesystems_allow; // directories
    Setting<std::vector<Setting<std::string>>> shmem_allow;       // directories
    Setting<std::vector<Setting<std::string>>> disks_network;     // beginnings of URLs
    Setting<Permission> host_devices_usb;
    Setting<Permission> host_devices_pci;
    Setting<Permission> host_devices_tpm;
    Setting<Permission> host_devices_mdev;
    Setting<std::vector<Setting<Permit>>> permits;
    Setting<std::vector<Setting<Network>>> networks; // by name, each once
    Setting<std::vector<Setting<std::string>>> lock; // names of keys and sections
    std::vector<Rule> rules;

    bool operator==(const HostPolicy&) const;
};

// What a line does to a key: `key:`, `key+:`, `key-:`.
enum class ChangeKind { set, add, remove };

// One key of a file or of a rule. Of `values` only the key's own member means something.
struct Change {
    std::string key; // "limits.memory"
    ChangeKind kind = ChangeKind::set;
    HostPolicy values;
    bool operator==(const Change&) const = default;
};

// A size a guest's memory is compared with.
struct MemoryMatch {
    enum class Comparison { equal, below, at_most, above, at_least };
    Comparison comparison = Comparison::equal;
    Bytes size;
    bool operator==(const MemoryMatch&) const = default;
};

// Which guests a rule is for: all that is given must hold; nothing given is every guest.
struct RuleMatch {
    std::optional<std::string> name; // glob
    std::optional<Uuid> uuid;
    std::optional<MemoryMatch> memory;
    std::optional<std::string> emulator; // glob over the path that the definition names
    bool operator==(const RuleMatch&) const = default;
};

struct Rule {
    RuleMatch match;
    std::vector<Change> changes; // in order
    Origin origin;
    bool operator==(const Rule& other) const; // by hand: clang 14 cannot default what recurs
};

inline bool HostPolicy::operator==(const HostPolicy&) const = default;

// Guests have ids of their own.
inline bool has_own_id(const HostPolicy& policy) {
    return std::holds_alternative<AccountPerGuest>(policy.user.value);
}

// What rules look at, of a definition.
struct GuestTraits {
    std::string name;
    std::optional<Uuid> uuid; // as written; a derived one is nobody's to match
    Bytes memory;
    std::string emulator; // as written; empty: to be chosen
};

// The policy for one guest: every rule that matches applied in order, a later one over an earlier.
HostPolicy policy_for(const HostPolicy& policy, const GuestTraits& guest);

// What holds when no file says otherwise. `user` and `group` are the build's -Dqemu_user= and
// -Dqemu_group=.
HostPolicy built_in_policy();

} // namespace vmwarden
