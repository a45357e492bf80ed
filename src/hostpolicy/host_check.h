// SPDX-License-Identifier: LGPL-2.1-or-later
// A policy against the host that it is for: accounts, programs, nodes and directories that it names
// and that are not there. A policy may be written before its host is ready, and on another one: all
// of it is warnings.
//
// Of the vendor's files, lists are not held against the host: they name what any host may have.
// Values that no file gave are not judged, there is no line to mend.
#pragma once

#include "src/hostpolicy/host_policy.h"

#include <map>
#include <optional>
#include <set>
#include <string>

namespace vmwarden {

// What has to be asked of the host.
struct HostQuestions {
    std::set<std::string> users;
    std::set<std::string> groups;
    std::set<std::string> emulators; // patterns
    std::set<std::string> paths;     // of device nodes, and of what may hold disks
    bool operator==(const HostQuestions&) const = default;
};

// What stands under a path, links followed.
struct PathAnswer {
    enum class Kind { absent, device, other, unseen };
    Kind kind = Kind::absent;
    std::string resolved; // absolute, without links; empty when absent or unseen
    std::string reason;   // of unseen: errno's text
    bool operator==(const PathAnswer&) const = default;
};

struct HostAnswers {
    std::map<std::string, std::string> missing_users; // name -> "no user 'x'", or why it is unclear
    std::map<std::string, std::string> missing_groups; // likewise
    std::set<std::string> missing_emulators;           // patterns that no program matches
    std::map<std::string, PathAnswer> paths;
    bool selinux = false;
    // Of the unified hierarchy's root. None: no such hierarchy is mounted.
    std::optional<std::set<std::string>> controllers;
};

// Of the policy and of what its rules set or add.
HostQuestions questions_about(const HostPolicy& policy);

// Warnings, ordered by place. What was not asked counts as absent.
Diagnostics check_against_host(const HostPolicy& policy, const HostAnswers& answers);

} // namespace vmwarden
