// SPDX-License-Identifier: LGPL-2.1-or-later
// What the kernel says about a running guest, as a value. agent/host/kernel_view reads it.
#pragma once

#include "src/base/units.h"

#include <array>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace vmwarden {

// The five sets of capabilities(7), as bit masks, in the order of /proc/PID/status.
struct CapabilitySets {
    std::uint64_t inheritable = 0, permitted = 0, effective = 0, bounding = 0, ambient = 0;
    bool operator==(const CapabilitySets&) const = default;
};

// One open descriptor as /proc/PID/fd and fdinfo show it.
struct OpenFd {
    int number = -1;
    std::string target; // link text: "/path", "socket:[123]", "anon_inode:[eventfd]"
    FileId id;
    DeviceNumber device; // of device nodes
    bool is_device = false;
    bool is_block = false; // of devices: a block device, otherwise a character device
    bool writable = false;
    std::string network = {}; // of a queue of a tap device: the device
    bool operator==(const OpenFd&) const = default;
};

struct FileView {
    std::string path;
    bool readable = false; // the agent could look at it
    FileId id;
    Owner owner;
    std::string label;
    bool operator==(const FileView&) const = default;
};

// A device node of this host, and what all device filters over the guest answer for it: worked out
// from the programs themselves, read back out of the kernel.
struct DeviceAnswer {
    std::string node;
    bool is_block = false;
    DeviceNumber device;
    bool readable = false;
    bool writable = false;
    bool operator==(const DeviceAnswer&) const = default;
};

// A network device of this host.
struct NetworkView {
    std::string name;
    bool present = false;
    bool up = false;
    std::string bridge; // that it is a port of
    std::string alias;
    DeviceNumber node; // of a macvtap device
    bool operator==(const NetworkView&) const = default;
};

// A device of the host's that VFIO hands over.
struct HostDeviceView {
    std::string driver;            // empty: none, or no such device
    std::optional<unsigned> group; // of the IOMMU
    bool operator==(const HostDeviceView&) const = default;
};

// A limit of the scope's node.
struct LimitView {
    bool offered = false;               // this host's unified hierarchy has the controller
    std::optional<std::uint64_t> value; // the largest: "max"; absent: could not be read
    bool operator==(const LimitView&) const = default;
};

// A thread of the process.
struct ThreadView {
    bool is_main = false;
    std::string name;       // as it calls itself; the kernel keeps 15 bytes
    std::string processors; // that it may run on, as NumberSet writes them
    bool operator==(const ThreadView&) const = default;
};

// Which namespaces of a process are not the agent's.
struct NamespacesView {
    bool mount = false;
    bool pid = false;
    bool ipc = false;
    bool network = false;
    bool operator==(const NamespacesView&) const = default;
};

// A mount that the process sees, as its mountinfo has it (proc(5)).
struct MountView {
    std::string point;
    bool read_only = false;
    bool operator==(const MountView&) const = default;
};

// Soft and hard; the largest: no limit.
struct ResourceLimitView {
    std::uint64_t soft = 0;
    std::uint64_t hard = 0;
    bool operator==(const ResourceLimitView&) const = default;
};

// A process beside QEMU in the guest's control group.
struct CompanionView {
    int pid = 0;
    std::string executable; // as /proc/PID/exe has it
    std::vector<std::string> argv;
    std::array<std::uint32_t, 4> uids{};
    std::array<std::uint32_t, 4> gids{};
    std::vector<Gid> groups;
    CapabilitySets capabilities;
    bool no_new_privs = false;
    int seccomp_mode = 0;
    std::string label;
    std::optional<unsigned> seccomp_filters = {};
    NamespacesView namespaces = {};
    bool operator==(const CompanionView&) const = default;
};

struct KernelView {
    // Real, effective, saved, file-system: four equal ids unless something went wrong.
    std::array<std::uint32_t, 4> uids{};
    std::array<std::uint32_t, 4> gids{};
    std::vector<Gid> groups;
    CapabilitySets capabilities;
    bool no_new_privs = false;
    int seccomp_mode = 0; // 0 off, 1 strict, 2 filter
    // That its parent does not have; kernels before 5.9 do not say.
    std::optional<unsigned> seccomp_filters = {};
    NamespacesView namespaces = {};
    std::vector<MountView> mounts = {};              // of a mount namespace of its own
    std::map<int, ResourceLimitView> limits = {};    // by RLIMIT_*
    std::optional<std::vector<std::string>> environment = {}; // absent: could not be read
    std::optional<int> oom_score_adjust = {};
    std::string process_label;
    std::string cgroup;                // path below the unified mount
    std::string scope_cgroup;          // the scope's own node
    std::optional<bool> device_filter; // attached to the scope's node; absent: could not be asked
    // Of the nodes in /dev; absent where the kernel hides its programs or they are not understood.
    std::optional<std::vector<DeviceAnswer>> devices;
    LimitView tasks;  // pids.max
    LimitView memory; // memory.max, bytes
    // For a plan with a share of the host: the controllers of the unified hierarchy, files of the
    // scope's node by name ("cpu.weight"), and threads.
    std::vector<std::string> controllers;
    std::map<std::string, std::string> scope_files;
    std::vector<ThreadView> threads;
    std::vector<OpenFd> fds;
    std::vector<FileView> files;                   // one per plan.files, in order
    std::vector<NetworkView> networks = {};        // one per plan.networks
    std::vector<HostDeviceView> host_devices = {}; // one per plan.host_devices, in order
    std::vector<CompanionView> companions = {};
    bool operator==(const KernelView&) const = default;
};

} // namespace vmwarden
