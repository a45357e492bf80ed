// SPDX-License-Identifier: LGPL-2.1-or-later
// A launch plan while it is being decided, and what speaks against it so far.
#pragma once

#include "src/qemu/command.h"
#include "src/resolve/resolve.h"

#include <map>

namespace vmwarden::resolving {

struct Draft {
    const HostPolicy& policy;
    const GuestDefinition& definition;
    const HostFacts& facts;

    LaunchPlan plan = {};
    std::vector<Refusal> refusals = {};
    std::string emulator = {};                     // as named: argv[0]
    std::map<std::size_t, int> character_fds = {}; // index in definition.characters -> descriptor
    std::map<std::size_t, int> log_fds = {};       // likewise, of its log
    std::map<std::size_t, int> display_ports = {}; // index in definition.graphics -> port
    std::map<std::size_t, int> overlay_fds = {};   // index in definition.disks -> descriptor
    bool relabel = true;                           // the guest's files get its label
    bool basic_labels = false;                     // of its disks they are an administrator's
    // Index in definition.interfaces -> descriptors; none: QEMU's own network.
    std::map<std::size_t, qemu::NetworkBackEnd> networks = {};
    // Index in definition.disks -> its images, as QEMU is to open them.
    std::map<std::size_t, std::vector<qemu::Image>> images = {};

    // The policy says no, in `rule`. A place that is none (a built-in default's) becomes the
    // guest's own.
    void deny(std::string step, SourcePlace place, const Origin& rule, std::string message,
              std::string hint);
    // The host cannot.
    void refuse(std::string step, SourcePlace place, std::string message, std::string hint);
    void decide(std::string what, std::string value, std::string because);

    std::map<std::size_t, int> directory_fds = {}; // index in definition.filesystems
    // Index in definition.shared_memories -> its file, links resolved.
    std::map<std::size_t, std::string> shared_memory_files = {};
    std::uint32_t vsock_cid = Vsock::first_cid; // of a guest that leaves the choice
    int tpm_fd = -1;                            // QEMU's end of the socket pair with swtpm

    // Index in definition.host_devices -> its node; empty: the guest goes without.
    std::map<std::size_t, std::string> host_devices = {};

    // Gives QEMU one more descriptor; its number.
    int inherit(plan::InheritedFd fd);
    [[nodiscard]] const FileFact& file(const std::string& path) const;
    // "qemu (uid 64055)"; the policy's word alone while the account is not known.
    [[nodiscard]] std::string user_text() const;
};

// "definition hello.xml:3:5"
std::string defined_at(const SourcePlace& place);
// "`user` (policy 50-site.yaml:2:1)"
std::string policy_line(std::string_view key, const Origin& origin);

} // namespace vmwarden::resolving
