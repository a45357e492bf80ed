// SPDX-License-Identifier: LGPL-2.1-or-later
// The device filter of a cgroup (v2): is it there, and what does it really allow?
//
// systemd accepts DeviceAllow= and says nothing where it could not attach the BPF program, so a
// caller that relies on it looks. Asking needs CAP_NET_ADMIN; reading the programs, CAP_SYS_ADMIN.
#pragma once

#include "agent/host/device_program.h"

#include <cstdint>
#include <optional>
#include <vector>

namespace vmwarden::host {

// The ids of the device programs attached to this very node, not to one above it. `cgroup_dir_fd`
// is its directory opened for reading. Throws std::system_error.
std::vector<std::uint32_t> device_filter_programs(int cgroup_dir_fd);

// Is there one? None where the kernel would not say.
std::optional<bool> device_filter_attached(int cgroup_dir_fd);

// All filters that a process in the cgroup is under, those of the nodes above included, read back
// out of the kernel.
class DeviceFilter {
  public:
    // None where the kernel would not show them.
    static std::optional<DeviceFilter> read(int cgroup_dir_fd);

    // Whether every one of them allows; none where a program is not understood and no other denies.
    [[nodiscard]] std::optional<bool> allows(const DeviceQuestion& question) const;

  private:
    using Program = std::vector<bpf_insn>;
    explicit DeviceFilter(std::vector<Program> programs)
      : programs_(std::move(programs)) {}
    std::vector<Program> programs_;
};

} // namespace vmwarden::host
