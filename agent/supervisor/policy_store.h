// SPDX-License-Identifier: LGPL-2.1-or-later
// Which host policy is in force: that of the files on disk, or, while they do not check, the last
// good one, or with none ever, the most restrictive (docs/adr/0014).
#pragma once

#include "agent/supervisor/effects.h"
#include "agent/supervisor/status.h"
#include "src/hostpolicy/read_policy.h"

#include <functional>
#include <memory>
#include <mutex>

namespace vmwarden::supervisor {

struct PolicySnapshot {
    enum class Origin { files, last_good, restrictive };
    Origin origin = Origin::restrictive;
    HostPolicy policy;               // in force
    std::vector<PolicyFile> files;   // it was read from; none of the restrictive one
    std::vector<PolicyFile> on_disk; // what diagnostics point into
    Diagnostics diagnostics;         // of the directories and files on disk

    [[nodiscard]] PolicyStatus status() const;
    // Why the files on disk are not in force; none when they are.
    [[nodiscard]] std::optional<Failure> failure() const;
};
using PolicyPointer = std::shared_ptr<const PolicySnapshot>;

class PolicyStore {
  public:
    // `changed` is told of every new snapshot, in the order they came into force, by the thread
    // that read it; it must not call back.
    using Changed = std::function<void(PolicyPointer)>;
    PolicyStore(Effects& effects, Changed changed)
      : effects_(effects)
      , changed_(std::move(changed)) {}
    // Reads the files and returns what is in force now. Any worker thread.
    PolicyPointer refresh();

  private:
    struct Good {
        HostPolicy policy;
        std::vector<PolicyFile> files;
    };
    Effects& effects_;
    Changed changed_;
    std::mutex mutex_; // of everything below
    host::PolicyTree tree_;
    PolicyPointer current_;
    std::optional<Good> last_good_;
    bool kept_ = true; // last_good_ is on disk

    void load_last_good();
    host::PolicyTree settled(host::PolicyTree tree);
    PolicyPointer judge(const host::PolicyTree& tree);
    void keep();
};

} // namespace vmwarden::supervisor
