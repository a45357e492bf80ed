// SPDX-License-Identifier: LGPL-2.1-or-later
// The texts of /proc/PID, taken apart: pure functions. Source: Documentation/filesystems/proc and
// proc(5).
#pragma once

#include "src/verify/kernel_view.h"

#include <sys/types.h>

#include <optional>
#include <string>
#include <string_view>

namespace vmwarden::host {

// What /proc/PID/status says of a process' confinement.
struct ProcessStatus {
    std::array<std::uint32_t, 4> uids{}; // real, effective, saved, file-system
    std::array<std::uint32_t, 4> gids{};
    std::vector<Gid> groups; // sorted
    CapabilitySets capabilities;
    bool no_new_privs = false;
    int seccomp_mode = 0; // 0 as well where the kernel has no seccomp and so no such line
    std::optional<unsigned> seccomp_filters = {}; // since Linux 5.9
    pid_t parent = 0;
    bool operator==(const ProcessStatus&) const = default;
};

// None when a line is missing or is not what it should be: nothing is assumed of a process.
std::optional<ProcessStatus> parse_status(std::string_view text);

// The path of the "0::" line of /proc/PID/cgroup, as seen from our cgroup namespace. None without
// such a line, or when the node lies outside of our namespace ("/../…").
std::optional<std::string> unified_cgroup(std::string_view text);

// The node above; "/" is above itself.
std::string parent_cgroup(const std::string& path);

// A limit as the files of a node hold it (pids.max, memory.max): the largest number for "max".
std::optional<std::uint64_t> cgroup_limit(std::string_view text);

// Of a cgroup.controllers.
bool lists_controller(std::string_view text, std::string_view controller);

// May the descriptor be written to, by the flags of its fdinfo? None without flags.
std::optional<bool> fdinfo_writable(std::string_view text);

// The network device whose queue the descriptor is (tun.c, tun_chr_show_fdinfo); empty: none's.
std::string fdinfo_network(std::string_view text);

// The process of a pidfd, out of the pidfd's own fdinfo: -1 when it has been reaped.
std::optional<pid_t> fdinfo_pid(std::string_view text);

// Of /proc/PID/attr/current: without the NUL or newline that some kernels end it with.
std::string attribute_label(std::string_view text);

} // namespace vmwarden::host
