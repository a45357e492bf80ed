// SPDX-License-Identifier: LGPL-2.1-or-later
#include "src/hostpolicy/keys.h"

#include "src/hostpolicy/codes.h"

#include <algorithm>
#include <array>

namespace vmwarden::hostpolicy {

namespace {

using Scope = Key::Scope;

constexpr std::array table = {
    Key{"version",
        &HostPolicy::version,
        Scope::host,
        {},
        "the version of the policy language: 1; every file begins with it"},
    Key{"user",
        &HostPolicy::user,
        Scope::guest,
        {},
        "the account that guests run as: a name, or \"+UID\" in quotes; or per-guest, which gives "
        "each guest a uid of its own out of per_guest_ids, and a gid of the same number, and keeps "
        "guests apart without SELinux as well"},
    Key{"group",
        &HostPolicy::group,
        Scope::guest,
        {},
        "the group that guests run as: a name, or \"+GID\" in quotes; of no matter where user is "
        "per-guest"},
    Key{"per_guest_ids",
        &HostPolicy::per_guest_ids,
        Scope::host,
        {code::id_range, id_range_fault},
        "the numbers that user: per-guest gives out, FIRST-LAST: a guest keeps its number by its "
        "name, and no other gets it while a process, a file or a definition still has it"},
    Key{"supplementary_groups",
        &HostPolicy::supplementary_groups,
        Scope::guest,
        {code::account, group_name_fault},
        "groups that guests are in besides, for device nodes and shared images; of those of a "
        "named "
        "user besides its own ones; missing ones are skipped"},
    Key{"dynamic_ownership",
        &HostPolicy::dynamic_ownership,
        Scope::guest,
        {},
        "give disks and devices to the guest's account at start, and back at stop"},
    Key{"security_driver",
        &HostPolicy::security_driver,
        Scope::host,
        {},
        "which mandatory access control confines guests; auto takes SELinux where it is enabled"},
    Key{"security_model",
        &HostPolicy::security_model,
        Scope::guest,
        {},
        "svirt: a label of its own for each guest; basic: accounts alone keep guests apart"},
    Key{"security_default_confined",
        &HostPolicy::security_default_confined,
        Scope::guest,
        {},
        "label guests that do not say whether they want to be"},
    Key{"security_require_confined",
        &HostPolicy::security_require_confined,
        Scope::guest,
        {},
        "refuse guests that would run without a label"},
    Key{"static_labels",
        &HostPolicy::static_labels,
        Scope::guest,
        {},
        "whether a definition may name its own SELinux label"},
    Key{"unlabelled_filesystems",
        &HostPolicy::unlabelled_filesystems,
        Scope::guest,
        {},
        "files where labels cannot be kept (NFS, VFAT, ...): required refuses them; best-effort "
        "takes those that SELinux lets guests use as they are; skip takes all"},
    Key{"cgroup_controllers",
        &HostPolicy::cgroup_controllers,
        Scope::guest,
        {},
        "cgroup controllers that guests are put under, as far as the host has them; without "
        "devices no device filter is attached"},
    Key{"cgroup_device_acl",
        &HostPolicy::cgroup_device_acl,
        Scope::guest,
        {code::device_path, device_path_fault},
        "device nodes every guest may open, besides its own disks; missing ones are skipped"},
    Key{"seccomp_sandbox",
        &HostPolicy::seccomp_sandbox,
        Scope::guest,
        {},
        "let QEMU give up system calls it does not need"},
    Key{"system_call_filter",
        &HostPolicy::system_call_filter,
        Scope::guest,
        {},
        "take from QEMU, before it starts, system calls that no emulator needs: mounting, modules, "
        "tracing, keys, BPF, namespaces, io_uring unless a disk asks for it"},
    Key{"namespaces.mount",
        &HostPolicy::namespaces_mount,
        Scope::guest,
        {},
        "give QEMU a root directory of its own: the host's programs and libraries and the guest's "
        "files and devices, nothing else; empty /tmp and /dev/shm; all read-only but what the "
        "guest writes to"},
    Key{"namespaces.pid",
        &HostPolicy::namespaces_pid,
        Scope::guest,
        {},
        "let QEMU see and signal no process but its own"},
    Key{"namespaces.ipc",
        &HostPolicy::namespaces_ipc,
        Scope::guest,
        {},
        "keep QEMU from shared memory, semaphores and message queues of the host's"},
    Key{"namespaces.network",
        &HostPolicy::namespaces_network,
        Scope::guest,
        {},
        "keep QEMU itself from the host's network, loopback and abstract sockets, where the "
        "guest's "
        "interfaces, disks and displays do not go through it"},
    Key{"bind_read_only_paths",
        &HostPolicy::bind_read_only_paths,
        Scope::guest,
        {code::directory, directory_fault},
        "files and directories of the host that QEMU may read besides, such as an emulator's "
        "libraries in an uncommon place"},
    Key{"landlock",
        &HostPolicy::landlock,
        Scope::guest,
        {},
        "hold QEMU to the files of its plan by Landlock as well, where the kernel has it"},
    Key{"oom_score_adjust",
        &HostPolicy::oom_score_adjust,
        Scope::guest,
        {code::number_expected, oom_score_fault},
        "how much sooner than others the kernel ends QEMU when memory runs out: 0 to 1000 "
        "(proc(5), oom_score_adj)"},
    Key{"slice",
        &HostPolicy::slice,
        Scope::guest,
        {code::slice_name, slice_name_fault},
        "the systemd slice that holds the guests' scopes"},
    Key{"emulators",
        &HostPolicy::emulators,
        Scope::guest,
        {code::emulator_glob, emulator_glob_fault},
        "programs a guest may be run with: paths, or patterns of them in which * is no /"},
    Key{"limits.guests",
        &HostPolicy::limits_guests,
        Scope::host,
        {},
        "how many guests may run at one time"},
    Key{"limits.vcpus",
        &HostPolicy::limits_vcpus,
        Scope::guest,
        {},
        "how many virtual CPUs a guest may have"},
    Key{"limits.memory",
        &HostPolicy::limits_memory,
        Scope::guest,
        {},
        "how much memory a guest may have; its scope is held to this and what QEMU needs itself "
        "(MemoryMax), and follows a change while it runs"},
    Key{"limits.processes",
        &HostPolicy::limits_processes,
        Scope::guest,
        {},
        "how many processes and threads a guest's scope may hold (TasksMax); it follows a change "
        "while the guest runs"},
    Key{"limits.open_files",
        &HostPolicy::limits_open_files,
        Scope::guest,
        {},
        "how many descriptors QEMU may have open (RLIMIT_NOFILE)"},
    Key{"disks.allow",
        &HostPolicy::disks_allow,
        Scope::guest,
        {code::directory, directory_fault},
        "directories, or single files, that a guest's disks, all images they stand on and their "
        "data files may come from, links resolved"},
    Key{"disks.deny",
        &HostPolicy::disks_deny,
        Scope::guest,
        {code::directory, directory_fault},
        "directories, or single files, that they may not come from even so"},
    Key{"disks.network",
        &HostPolicy::disks_network,
        Scope::guest,
        {code::server, server_fault},
        "servers that a guest's disks may be on, as the beginning of their URLs: "
        "https://images.example/public, nbd://192.0.2.1:10809"},
    Key{"filesystems.allow",
        &HostPolicy::filesystems_allow,
        Scope::guest,
        {code::directory, directory_fault},
        "directories that <filesystem> may show a guest, or whatever lies in them, links resolved; "
        "also where the sockets of a virtiofsd may be; without it, none"},
    Key{"shmem.allow",
        &HostPolicy::shmem_allow,
        Scope::guest,
        {code::directory, directory_fault},
        "memory that <shmem> may share with other guests and programs of the host, by its file "
        "(/dev/shm/NAME; /dev/shm for all), links resolved; also where the sockets of an "
        "ivshmem-server may be; without it, none"},
    Key{"host_devices.usb",
        &HostPolicy::host_devices_usb,
        Scope::guest,
        {},
        "whether a guest may be given USB devices of the host"},
    Key{"host_devices.pci",
        &HostPolicy::host_devices_pci,
        Scope::guest,
        {},
        "whether a guest may be given PCI devices of the host: with VFIO, behind the IOMMU; deny "
        "unless the policy says otherwise"},
    Key{"host_devices.mdev",
        &HostPolicy::host_devices_mdev,
        Scope::guest,
        {},
        "whether a guest may be given mediated devices, parts of a device of the host's"},
    Key{"host_devices.tpm",
        &HostPolicy::host_devices_tpm,
        Scope::guest,
        {},
        "whether a guest may be given the host's TPM, which then is the guest's alone; an emulated "
        "one needs no leave"},
    Key{"permits",
        &HostPolicy::permits,
        Scope::guest,
        {},
        "what else a definition may ask for: qemu-commandline lets <qemu:commandline> give QEMU "
        "arguments and environment that this policy does not look into"},
    Key{"networks",
        &HostPolicy::networks,
        Scope::guest,
        {},
        "what <interface type='network'> may name, each with its type: user; bridge, with bridge: "
        "NAME "
        "for a tap device on that bridge of the host; direct, with device: NAME for a macvtap "
        "device "
        "over that one; tap, with device: NAME for a tap device that is there; vhostuser, with "
        "socket: PATH for a program that listens there and sees the guest's memory; none takes one "
        "away again. A definition may name a bridge, device or socket of the host itself only "
        "where "
        "a network here names the same. Files add to each other"},
    Key{"lock",
        &HostPolicy::lock,
        Scope::host,
        {code::lock_name, lock_name_fault},
        "keys, or sections of them, that later files may not change; files add to each other"},
};

constexpr std::array<std::string_view, 1> to_come = {"remote"};
constexpr std::string_view rules_key = "rules";

// Of a key outside any section, its own name.
std::string_view top_name(std::string_view name) {
    return name.substr(0, name.find('.'));
}

} // namespace

std::span<const Key> keys() {
    return table;
}

const Key* find_key(std::string_view name) {
    const auto found =
        std::find_if(table.begin(), table.end(), [&](const Key& key) { return key.name == name; });
    return found == table.end() ? nullptr : &*found;
}

bool is_section(std::string_view name) {
    return std::any_of(table.begin(), table.end(), [&](const Key& key) {
        return split_name(key.name).section == name && !name.empty();
    });
}

KeyName split_name(std::string_view name) {
    const auto dot = name.find('.');
    if (dot == std::string_view::npos) return {{}, name};
    return {name.substr(0, dot), name.substr(dot + 1)};
}

const Setting<std::string>* lock_on(std::span<const Setting<std::string>> locks,
                                    std::string_view key) {
    const auto found = std::find_if(locks.begin(), locks.end(), [&](const auto& lock) {
        return lock.value == key || lock.value == top_name(key);
    });
    return found == locks.end() ? nullptr : &*found;
}

std::vector<std::string_view> names_in(std::string_view section) {
    std::vector<std::string_view> names;
    for (const Key& key : table) {
        const auto name = split_name(key.name);
        const auto top = top_name(key.name);
        if (section.empty() && (names.empty() || names.back() != top))
            names.push_back(top);
        else if (!section.empty() && name.section == section)
            names.push_back(name.own);
    }
    if (section.empty()) names.push_back(rules_key);
    return names;
}

bool is_list(const Key& key) {
    return std::holds_alternative<ListMember<std::string>>(key.slot) ||
           std::holds_alternative<ListMember<CgroupController>>(key.slot) ||
           std::holds_alternative<ListMember<Permit>>(key.slot);
}

std::optional<TextFault> lock_name_fault(std::string_view text) {
    if (text == rules_key || find_key(text) != nullptr || is_section(text)) return std::nullopt;
    return TextFault{"is not a key", "name one of the keys, or a section like limits"};
}

std::span<const std::string_view> names_to_come() {
    return to_come;
}

} // namespace vmwarden::hostpolicy
