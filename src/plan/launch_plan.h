// SPDX-License-Identifier: LGPL-2.1-or-later
// The launch plan: everything that will be done to start one guest, decided. Read this page first.
//
// src/resolve makes it out of policy, definition and host facts; agent/executor and agent/shim
// carry it out and decide nothing again; `vmwarden plan` prints it; `vmwarden verify` compares the
// kernel's view of the running guest with it. It is a value: comparable, printable, encodable.
#pragma once

#include "src/base/units.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace vmwarden::plan {

// The transient scope; property names as in org.freedesktop.systemd1(5).
struct DeviceRule {
    std::string node;        // as policy or definition named it, for people: "/dev/kvm"
    std::string systemd;     // as DeviceAllow= takes it: "/dev/char/10:232", "char-pts"
    std::string permissions; // of "rwm"
    std::string because;     // the line that allows it
    bool operator==(const DeviceRule&) const = default;
};

// How fast the guest may use a block device; 0: not said.
struct IoLimit {
    std::string path;
    DeviceNumber device;
    std::uint64_t weight = 0;
    std::uint64_t read_bytes = 0; // a second's worth, as the next three
    std::uint64_t write_bytes = 0;
    std::uint64_t read_operations = 0;
    std::uint64_t write_operations = 0;
    bool operator==(const IoLimit&) const = default;
};

// A thread of QEMU's, and the host's processors that it may run on.
struct ThreadPlace {
    enum class Kind : std::uint8_t { emulator, vcpu, iothread };
    Kind kind = Kind::emulator; // emulator: all that are neither of the others
    std::uint32_t number = 0;
    std::string processors; // "0-3,8"
    bool operator==(const ThreadPlace&) const = default;
};

// What the definition itself says of its share of the host; 0 and empty: nothing. Policy and slice
// are the frame, and hold beside it.
struct Tuning {
    std::uint64_t cpu_weight = 0;      // CPUWeight=
    std::uint64_t cpu_quota_usec = 0;  // of all threads, in each period
    std::uint64_t cpu_period_usec = 0; // CPUQuotaPeriodSec=
    std::uint64_t memory_high = 0;     // MemoryHigh=, bytes, as the next two
    std::uint64_t memory_low = 0;
    std::uint64_t memory_swap_max = 0;
    std::uint64_t io_weight = 0;
    std::vector<IoLimit> io;
    std::string processors;   // AllowedCPUs=, "0-3,8"
    std::string memory_nodes; // AllowedMemoryNodes=
    std::vector<ThreadPlace> threads;
    bool operator==(const Tuning&) const = default;
};

struct Scope {
    std::string unit; // "vmwarden-NAME.scope", escaped by systemd's unit-name rules
    std::string slice;
    std::string description;
    std::uint64_t tasks_max = 0;
    std::uint64_t memory_max = 0;        // bytes, QEMU's own included; 0: no limit
    std::uint64_t stop_timeout_usec = 0; // TimeoutStopUSec=: how long an orderly shutdown may take
    int kill_signal = 0;                 // KillSignal=: one that QEMU ignores and the shim obeys
    std::vector<std::string> delegate;   // controllers to delegate
    // DevicePolicy=strict, and these. Without the filter, which only a policy whose
    // cgroup_controllers leaves `devices` out can switch off: DevicePolicy=auto, and no rules.
    bool device_filter = true;
    std::vector<DeviceRule> devices;
    std::optional<Tuning> tuning;
    bool operator==(const Scope&) const = default;
};

// An rlimit by its number in <sys/resource.h>, hard and soft alike.
struct ResourceLimit {
    int resource = 0;
    std::uint64_t value = 0; // RLIM_INFINITY is the largest
    bool operator==(const ResourceLimit&) const = default;
};

// A descriptor that QEMU inherits. The executor opens it, the shim puts it at `number`.
struct InheritedFd {
    enum class Kind : std::uint8_t {
        qmp_listener, // the agent's QMP socket, listening at `path`
        shim_monitor, // QEMU's end of a socket pair; the shim keeps the other for stop requests
        log_file,     // `path` opened for appending, created 0600 if need be
        channel,      // a channel into the guest, listening at `path` in the state directory
        network,      // a queue of the NetworkDevice called `device`
        vhost_net,    // `path`, which carries packets for a queue of it
        directory,    // `path`, one of the plan's files, O_PATH
        attendant,    // QEMU's end of the socket pair with the Attendant called `device`
        overlay,      // a file without a name in directory `path`: a disk of `bytes`, all unwritten
    };
    Kind kind = Kind::qmp_listener;
    int number = -1;
    std::string path;
    bool truncate = false; // log_file: emptied at start
    std::string device = {};
    std::optional<std::uint64_t> bytes = {};
    bool operator==(const InheritedFd&) const = default;
};

// A file or directory of the host's that QEMU may see, besides what programs need
// (src/plan/host_system.h).
struct Bind {
    std::string path;   // where QEMU finds it
    std::string source; // what stands there: a path of the host's
    // That `source` must still be, and no link on the way; 0, 0: whatever is there by then.
    FileId id;
    // Programs, libraries and their data: left out where it is not there; a link stays a link.
    bool system = false;
    bool writable = false;
    bool device = false; // a device node, or a directory of such
    std::string because;
    bool operator==(const Bind&) const = default;
};

// What stands between QEMU and the host besides its identity, its label and its scope. None of it
// can be taken off again.
struct Walls {
    // A root directory of its own, with nothing in it but `binds`, read-only unless they say
    // otherwise, a /proc, and an empty /dev, /tmp and /dev/shm (mount_namespaces(7)).
    bool mount_namespace = false;
    bool pid_namespace = false;     // sees and signals no other process: pid_namespaces(7)
    bool ipc_namespace = false;     // ipc_namespaces(7)
    bool network_namespace = false; // and no network device in it: network_namespaces(7)
    bool landlock = false;          // the same `binds` and no other file, where the kernel has it
    // Calls that no emulator needs fail with EPERM (agent/shim/system_calls.cpp), whatever QEMU's
    // own sandbox does later.
    bool system_call_filter = false;
    bool io_uring = false; // but not those of io_uring(7)
    int oom_score_adjust = 0;
    std::vector<Bind> binds; // outer before inner
    bool terminals = false;  // /dev/pts is the host's, and /dev/ptmx works
    std::string label;       // of the empty directories; empty: no SELinux
    bool operator==(const Walls&) const = default;
};

// What becomes QEMU. All five capability sets are emptied and every descriptor not listed is
// closed, always: there is nothing to choose, so nothing stands here.
struct Process {
    std::string executable;
    std::vector<std::string> argv;
    std::vector<std::string> environment; // the whole of it, "NAME=value"
    std::string working_directory = "/";
    std::uint32_t umask = 0;
    Identity identity;
    std::vector<ResourceLimit> limits;
    std::string exec_label; // SELinux context for the exec; empty: no SELinux
    // Set by the shim before the exec. With a label it would block the domain transition
    // (facts of SELinux: process2 nnp_transition), so then QEMU's own sandbox sets it.
    bool no_new_privs_before_exec = true;
    bool expect_no_new_privs = true; // what verify must find in the running process
    bool expect_seccomp = true;
    std::vector<InheritedFd> fds;
    Walls walls;
    bool operator==(const Process&) const = default;
};

// A program that QEMU needs beside it. User, groups, label, limits and all else that confines it
// are QEMU's own: see attendant_process().
struct Attendant {
    std::string name; // "tpm0": short, and no other has it
    std::string executable;
    std::vector<std::string> argv;
    int fd = -1; // where it finds its end of the socket pair
    std::string because;
    bool operator==(const Attendant&) const = default;
};

// The shim itself after it has forked QEMU.
struct Shim {
    Owner account;
    bool operator==(const Shim&) const = default;
};

// One file or device node that the guest uses, and what must be changed for it while it runs.
struct FileGrant {
    enum class Sharing : std::uint8_t { exclusive, shared, readonly };
    std::string path;     // as the definition names it
    std::string resolved; // what is opened: no links in it; refused if it is another file by then
    FileId id;
    DeviceNumber device; // of a device node
    bool is_device = false;
    bool is_character = false; // of a device node: it is no block device
    bool is_directory = false; // with all that is in it
    std::string purpose;       // "disk hda", "kernel"
    Sharing sharing = Sharing::exclusive;
    std::optional<Owner> owner; // chown to; absent: left alone
    std::string label;          // setfilecon to; empty: left alone
    std::string because;
    bool operator==(const FileGrant&) const = default;
};

// A network device of the host's behind a network card of the guest. What is made for the guest
// carries the guest's name (ip-link(8), alias), and is removed by that.
struct NetworkDevice {
    enum class Kind : std::uint8_t {
        tap,       // made for the guest
        given_tap, // was there before, and stays
        macvtap,   // made for the guest over `lower`
    };
    Kind kind = Kind::tap;
    std::string name;
    std::string bridge;       // of a tap: that it becomes a port of; empty: of none
    std::string lower;        // of a macvtap
    std::string mode;         // of a macvtap: "vepa", "bridge", "private"
    std::string mac;          // its own; empty: left alone
    std::uint32_t mtu = 0;    // 0: left alone
    std::uint32_t queues = 1; // descriptors of kind `network`
    std::string purpose;      // "interface 0"
    std::string because;      // the line of the policy
    bool operator==(const NetworkDevice&) const = default;
};

// A device of the host's that the kernel's VFIO hands to QEMU, with all of its IOMMU group.
struct HostDevice {
    enum class Kind : std::uint8_t { pci, mdev };
    Kind kind = Kind::pci;
    std::string address;     // "0000:06:02.0", or the name of a mediated device
    std::uint32_t group = 0; // its node, /dev/vfio/GROUP, is among the files
    bool managed = false;    // a PCI device: taken from its driver if it has one, and given back
    // It is VFIO's. A plan with one that is not yet is made anew when it has been taken, and has
    // the node then.
    bool ready = false;
    std::string purpose; // "hostdev 0"
    std::string because; // the line of the policy
    bool operator==(const HostDevice&) const = default;
};

// A file of the guest's that is not there yet: made before the launch. A plan with one is made anew
// then, and has the file among its files.
struct NewFile {
    std::string path; // absolute, in a directory that is there
    std::string from; // what it is a copy of: no links in it; empty: of `bytes` zeros
    FileId from_id;
    std::uint64_t bytes = 0;
    std::string purpose; // "nvram", "shmem 0"
    Owner owner;
    std::uint32_t mode = 0600;
    bool operator==(const NewFile&) const = default;
};

// What the guest keeps from one run to the next in a place of ours: made before the launch where it
// is missing, 0700, and it and the plain files in it given to the guest.
struct GuestDirectory {
    std::string path; // absolute
    std::string purpose;
    Owner owner;
    std::string label; // empty: left alone
    bool operator==(const GuestDirectory&) const = default;
};

struct Security {
    std::string model; // "selinux" or "none", as capabilities XML names it
    std::string process_label;
    std::string image_label;
    unsigned category_low = 0; // both 0: no pair
    unsigned category_high = 0;
    bool operator==(const Security&) const = default;
};

// A decision and the line that made it, for people.
struct Decision {
    std::string what;
    std::string value;
    std::string because;
    bool operator==(const Decision&) const = default;
};

// What the policy's rules look at, besides the name: limits follow the policy while the guest runs,
// and its definition may be another by then.
struct Asked {
    bool own_uuid = false;    // LaunchPlan::uuid is the definition's, not derived
    std::uint64_t memory = 0; // bytes
    std::string emulator;     // as the definition names it; empty: it leaves the choice
    std::optional<std::uint64_t> hard_limit = {}; // bytes of <memtune>
    std::uint64_t shared_memory = 0;              // bytes of <shmem>, all of them
    bool operator==(const Asked&) const = default;
};

struct LaunchPlan {
    std::string name;
    Uuid uuid;
    Asked asked;
    std::string state_directory; // /run/vmwarden/guests/NAME
    Scope scope;
    Process process;
    Shim shim;
    std::vector<FileGrant> files;
    std::vector<NetworkDevice> networks = {};
    std::vector<std::string> links_down = {}; // QEMU's names of cards whose cable is out at first
    std::vector<HostDevice> host_devices = {};
    std::vector<NewFile> new_files = {};
    std::vector<Attendant> attendants = {};
    std::vector<GuestDirectory> directories = {};
    Security security;
    std::optional<std::uint16_t> display_port; // one that was looked for; QEMU finds others itself
    std::optional<std::uint32_t> vsock_cid = {};
    bool restart_on_poweroff = false; // on_poweroff='restart': system_reset instead of an end
    std::vector<Decision> decisions;
    bool operator==(const LaunchPlan&) const = default;
};

// The alias of the network devices that are made for a guest.
inline std::string network_alias(const std::string& guest) {
    return "vmwarden guest " + guest;
}

// Whether something must be taken from the host before this can be a launch.
inline bool takes_devices(const LaunchPlan& plan) {
    for (const auto& device : plan.host_devices)
        if (!device.ready) return true;
    return false;
}

} // namespace vmwarden::plan

namespace vmwarden {
using plan::LaunchPlan;
}
