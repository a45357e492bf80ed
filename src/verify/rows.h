// SPDX-License-Identifier: LGPL-2.1-or-later
// The groups of rows that verify() puts together.
#pragma once

#include "src/verify/verify.h"

namespace vmwarden::verifying {

using Rows = std::vector<VerifyRow>;

// process.cpp: ids, capabilities, no_new_privs, seccomp, label
void add_process_rows(Rows& rows, const LaunchPlan& plan, const KernelView& view);
// walls.cpp: namespaces, sight of files, Landlock, system calls, limits, environment, OOM score
void add_wall_rows(Rows& rows, const LaunchPlan& plan, const KernelView& view);
// walls.cpp: as many filters of system calls are loaded as the plan has, QEMU's sandbox among them.
bool filters_hold(const LaunchPlan& plan, const KernelView& view);
// attendants.cpp: the programs beside QEMU
void add_attendant_rows(Rows& rows, const LaunchPlan& plan, const KernelView& view);
// cgroup.cpp: the node and its device filter
void add_cgroup_rows(Rows& rows, const LaunchPlan& plan, const KernelView& view);
// limits.cpp: the node's limits
void add_limit_rows(Rows& rows, const LaunchPlan& plan, const KernelView& view);
// tuning.cpp: the definition's share of the host; nothing for a plan without one
void add_tuning_rows(Rows& rows, const LaunchPlan& plan, const KernelView& view);
// files.cpp: identity, owner and label of what the plan grants
void add_file_rows(Rows& rows, const LaunchPlan& plan, const KernelView& view);
// descriptors.cpp: what QEMU has open
void add_descriptor_rows(Rows& rows, const LaunchPlan& plan, const KernelView& view);

// networks.cpp: the network devices behind the guest's cards
void add_network_rows(Rows& rows, const LaunchPlan& plan, const KernelView& view);
// host_devices.cpp: the host's devices that VFIO has handed to QEMU
void add_host_device_rows(Rows& rows, const LaunchPlan& plan, const KernelView& view);
// Whether the descriptor is one of those that the plan has for them.
bool is_network_queue(const LaunchPlan& plan, const KernelView& view, const OpenFd& fd);

// What the scope's rules permit on a device: of "rwm", empty where no rule names it.
std::string permitted(const plan::Scope& scope, bool is_block, DeviceNumber device);

// The line that made the plan's decision `what`, in brackets after a space; empty without one.
std::string because(const LaunchPlan& plan, std::string_view what);

} // namespace vmwarden::verifying
