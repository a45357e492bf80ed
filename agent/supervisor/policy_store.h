// SPDX-License-Identifier: LGPL-2.1-or-later
// The host policy as it is on disk now. Parsed again only when a file has changed.
#pragma once

#include "agent/supervisor/effects.h"
#include "agent/supervisor/status.h"
#include "src/hostpolicy/read_policy.h"

#include <memory>
#include <mutex>

namespace vmwarden::supervisor {

struct PolicySnapshot {
    std::vector<PolicyFile> files;
    std::optional<HostPolicy> policy; // absent: it does not check
    Diagnostics diagnostics;          // of directories and files
    [[nodiscard]] PolicyStatus status() const;
};
using PolicyPointer = std::shared_ptr<const PolicySnapshot>;

class PolicyStore {
  public:
    explicit PolicyStore(Effects& effects)
      : effects_(effects) {}
    // Reads the files and returns what they say. Any worker thread.
    PolicyPointer refresh();

  private:
    Effects& effects_;
    std::mutex mutex_;
    PolicyPointer current_;
};

} // namespace vmwarden::supervisor
