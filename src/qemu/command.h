// SPDX-License-Identifier: LGPL-2.1-or-later
// GuestDefinition to QEMU's command line. The only writer of QEMU syntax.
#pragma once

#include "src/domain/guest_definition.h"

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace vmwarden::qemu {

// One image of a disk: the guest's own, or one that backs it.
struct Image {
    std::string path;
    DiskSource type = DiskSource::file;
    DiskFormat format = DiskFormat::raw;
    std::string data = {}; // the external file of its data; empty: it holds them itself
    DiskSource data_type = DiskSource::file;
    bool operator==(const Image&) const = default;
};

// The descriptors of a tap or macvtap device, one for each pair of queues, and as many of vhost-net
// or none.
struct NetworkBackEnd {
    std::vector<int> fds;
    std::vector<int> vhost_fds = {};
    std::string socket = {}; // of a program that serves the card instead; no descriptors then
    bool operator==(const NetworkBackEnd&) const = default;
};

// What the definition does not hold and resolve() has decided.
struct CommandContext {
    std::string executable;
    Uuid uuid;                // the definition's or a generated one
    bool sandbox = true;      // -sandbox on,obsolete=deny,elevateprivileges=deny,…
    int qmp_fd = -1;          // listening socket, inherited; -1: none
    int shim_monitor_fd = -1; // connected socket, inherited; -1: none
    // Index in definition.characters -> inherited fd: of a file opened for appending, or of a
    // listening socket for a channel.
    std::map<std::size_t, int> character_fds;
    // Index in definition.characters -> inherited fd of its log, opened for appending.
    std::map<std::size_t, int> log_fds;
    // Index in definition.graphics -> the port found for one that wants_port(); without, a line of
    // QEMU's own luck.
    std::map<std::size_t, int> display_ports;
    // Index in definition.disks -> its images, the guest's own first, each backed by the next. A
    // disk that is not here has the definition's own images and no others.
    std::map<std::size_t, std::vector<Image>> images;
    // Index in definition.disks -> inherited fd of the file that takes what the guest writes, of
    // one that is transient.
    std::map<std::size_t, int> overlay_fds = {};
    // Index in definition.interfaces -> the host's device behind it; absent: QEMU's own network.
    std::map<std::size_t, NetworkBackEnd> networks = {};
    // Index in definition.host_devices -> the node of the device that was found for it, of one that
    // the kernel's VFIO hands over that of its group; empty for one that the guest goes without;
    // absent: QEMU looks for it.
    std::map<std::size_t, std::string> host_devices = {};
    // Index in definition.shared_memories -> its file, links resolved; absent: file_of().
    std::map<std::size_t, std::string> shared_memory_files = {};
    // Index in definition.filesystems -> inherited fd of its directory; absent: its path.
    std::map<std::size_t, int> directory_fds = {};
    std::uint32_t vsock_cid = Vsock::first_cid; // of a guest that leaves the choice
    int tpm_fd = -1; // connected socket, inherited, to swtpm's control; -1: QEMU connects itself
    // A person runs the line: it does not wait to be released, brings no sandbox, and QEMU reads on
    // in an image whose chain the definition leaves open. No -uuid for one of zeros.
    bool by_hand = false;
};

// What this room cannot say to QEMU, or QEMU could not do, each with its place: a machine, bus,
// model or action not handled, drives in each other's way, words that QEMU would read as something
// else. Errors only. resolve() refuses such a definition. Networks are the policy's to know.
Diagnostics unsupported(const GuestDefinition& definition);

// Needs a definition without errors in unsupported(); throws std::invalid_argument otherwise.
//
// argv[0] is the executable. Accepted by QEMU 7.2 and later: -blockdev, -netdev, -chardev, -device
// and -object in JSON where QEMU takes it, -nodefaults, -no-user-config, -S (released over QMP).
std::vector<std::string> modern_argv(const GuestDefinition& definition,
                                     const CommandContext& context);

} // namespace vmwarden::qemu
