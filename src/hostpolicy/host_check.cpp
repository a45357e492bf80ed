// SPDX-License-Identifier: LGPL-2.1-or-later
#include "src/hostpolicy/host_check.h"

#include "src/hostpolicy/codes.h"
#include "src/hostpolicy/directories.h"
#include "src/hostpolicy/findings.h"

#include <algorithm>

namespace vmwarden {

namespace hostpolicy {

namespace {

using TextList = Setting<std::vector<Setting<std::string>>>;
using Kind = PathAnswer::Kind;

bool from_file(const Origin& origin) {
    return origin.kind == Origin::Kind::policy;
}

// An entry somebody wrote for this host, not a vendor for all hosts.
bool for_this_host(const Origin& origin) {
    return from_file(origin) && !is_vendor_file(origin.place.file);
}

// The policy's own values, then those of each rule: what a rule does not change has no file.
template <class Visit>
void for_each_layer(const HostPolicy& policy, Visit visit) {
    visit(policy);
    for (const auto& rule : policy.rules)
        for (const auto& change : rule.changes)
            if (change.kind != ChangeKind::remove) visit(change.values);
}

const AccountName* named(const Setting<Account>& account) {
    return from_file(account.origin) ? std::get_if<AccountName>(&account.value) : nullptr;
}

void ask_for(std::set<std::string>& wanted, const Setting<Account>& account) {
    if (const auto* name = named(account)) wanted.insert(*name);
}

void ask_for(std::set<std::string>& wanted, const TextList& list) {
    for (const auto& entry : list.value)
        if (for_this_host(entry.origin)) wanted.insert(entry.value);
}

class Comparison {
  public:
    explicit Comparison(const HostAnswers& answers)
      : answers_(answers) {}

    void compare(const HostPolicy& layer) {
        compare_account("user", layer.user, answers_.missing_users);
        compare_account("group", layer.group, answers_.missing_groups);
        compare_groups(layer.supplementary_groups);
        compare_driver(layer.security_driver);
        compare_controllers(layer.cgroup_controllers);
        compare_devices(layer.cgroup_device_acl);
        compare_emulators(layer.emulators);
        compare_disk_places(layer.disks_allow);
        compare_disk_places(layer.disks_deny);
        compare_disk_places(layer.filesystems_allow);
        compare_disk_places(layer.shmem_allow);
        compare_disk_places(layer.bind_read_only_paths);
    }

    Diagnostics take() {
        found_.sort();
        return std::move(found_);
    }

  private:
    void warn(std::string_view code, const Origin& origin, std::string_view underlined,
              std::string message, std::string hint) {
        found_.add({Severity::warning, origin.place, std::move(message), std::move(hint),
                    static_cast<unsigned>(underlined.size()), std::string(code)});
    }

    void compare_account(std::string_view key, const Setting<Account>& account,
                         const std::map<std::string, std::string>& missing) {
        const auto* name = named(account);
        if (name == nullptr) return;
        const auto found = missing.find(*name);
        if (found != missing.end())
            warn(code::no_account, account.origin, key, found->second,
                 "make it, or name another " + std::string(key));
    }

    void compare_groups(const TextList& list) {
        for (const auto& entry : list.value) {
            if (!for_this_host(entry.origin)) continue;
            const auto found = answers_.missing_groups.find(entry.value);
            if (found != answers_.missing_groups.end())
                warn(code::no_group, entry.origin, entry.value, found->second,
                     "guests go without it; make it, or take it out");
        }
    }

    void compare_driver(const Setting<SecurityDriver>& driver) {
        if (driver.value != SecurityDriver::selinux || answers_.selinux) return;
        if (from_file(driver.origin))
            warn(code::no_selinux, driver.origin, "security_driver",
                 "this host has no SELinux, and no guest will start",
                 "enable it, or write 'security_driver: auto'");
    }

    void compare_controllers(const Setting<std::vector<Setting<CgroupController>>>& list) {
        if (!answers_.controllers) {
            if (from_file(list.origin) && !list.value.empty())
                warn(code::no_controller, list.origin, "cgroup_controllers",
                     "this host has no unified control groups",
                     "boot with systemd.unified_cgroup_hierarchy=1");
            return;
        }
        for (const auto& entry : list.value) {
            // Devices are filtered by a program on the group, there is no controller of that name.
            if (entry.value == CgroupController::devices || !for_this_host(entry.origin)) continue;
            const auto name = to_text(entry.value);
            if (answers_.controllers->count(std::string(name)) == 0)
                warn(code::no_controller, entry.origin, name,
                     "this host has no cgroup controller '" + std::string(name) + "'",
                     "guests go without its limits; enable it in the kernel, or take it out");
        }
    }

    [[nodiscard]] PathAnswer answer(const std::string& path) const {
        const auto found = answers_.paths.find(path);
        return found == answers_.paths.end() ? PathAnswer() : found->second;
    }

    void warn_of_unseen(const Setting<std::string>& entry, const std::string& reason) {
        warn(code::unseen, entry.origin, entry.value,
             quoted(entry.value) + " cannot be looked at: " + reason, "run the check as root");
    }

    void compare_devices(const TextList& list) {
        for (const auto& entry : list.value) {
            if (!for_this_host(entry.origin)) continue;
            const auto found = answer(entry.value);
            if (found.kind == Kind::unseen) warn_of_unseen(entry, found.reason);
            if (found.kind == Kind::absent)
                warn(code::no_device, entry.origin, entry.value,
                     quoted(entry.value) + " is not on this host",
                     "guests go without it; load its driver, or take it out");
            if (found.kind == Kind::other)
                warn(code::no_device, entry.origin, entry.value,
                     quoted(entry.value) + " is no device node", "name each node");
        }
    }

    void compare_emulators(const TextList& list) {
        const auto is_missing = [&](const Setting<std::string>& entry) {
            return answers_.missing_emulators.count(entry.value) != 0;
        };
        bool told = false;
        for (const auto& entry : list.value) {
            if (!for_this_host(entry.origin) || !is_missing(entry)) continue;
            told = true;
            warn(code::no_emulator, entry.origin, entry.value,
                 "no program on this host matches " + quoted(entry.value),
                 "install it, or mend the path");
        }
        if (!told && from_file(list.origin) && !list.value.empty() &&
            std::all_of(list.value.begin(), list.value.end(), is_missing))
            warn(code::no_emulator, list.origin, "emulators",
                 "no program on this host matches any of the emulators",
                 "install QEMU, or add where it is: 'emulators+: [PATH]'");
    }

    void compare_disk_places(const TextList& list) {
        for (const auto& entry : list.value) {
            if (!for_this_host(entry.origin)) continue;
            const auto found = answer(entry.value);
            if (found.kind == Kind::unseen)
                warn_of_unseen(entry, found.reason);
            else if (found.kind == Kind::absent)
                warn(code::no_disk_place, entry.origin, entry.value,
                     quoted(entry.value) + " is not on this host", "make it, or mend the path");
            else if (found.resolved != entry.value)
                // Disks are compared by where they really are: such an entry never holds one.
                warn(code::disk_place_is_link, entry.origin, entry.value,
                     quoted(entry.value) + " leads through a link, and no disk lies behind one",
                     "write '" + found.resolved + "'");
        }
    }

    const HostAnswers& answers_;
    Diagnostics found_;
};

} // namespace

} // namespace hostpolicy

HostQuestions questions_about(const HostPolicy& policy) {
    using namespace hostpolicy;
    HostQuestions questions;
    for_each_layer(policy, [&](const HostPolicy& layer) {
        ask_for(questions.users, layer.user);
        ask_for(questions.groups, layer.group);
        ask_for(questions.groups, layer.supplementary_groups);
        for (const auto& pattern : layer.emulators.value)
            questions.emulators.insert(pattern.value);
        ask_for(questions.paths, layer.cgroup_device_acl);
        ask_for(questions.paths, layer.disks_allow);
        ask_for(questions.paths, layer.disks_deny);
        ask_for(questions.paths, layer.filesystems_allow);
        ask_for(questions.paths, layer.shmem_allow);
    });
    return questions;
}

Diagnostics check_against_host(const HostPolicy& policy, const HostAnswers& answers) {
    hostpolicy::Comparison comparison(answers);
    hostpolicy::for_each_layer(policy, [&](const HostPolicy& layer) { comparison.compare(layer); });
    return comparison.take();
}

} // namespace vmwarden
