// SPDX-License-Identifier: LGPL-2.1-or-later
// Which host policy is in force: that of the files on disk, or, while they do not check, the last
// good one, or with none ever, the most restrictive (docs/adr/0014). Over it may lie a policy file
// on trial (docs/adr/0019).
#pragma once

#include "agent/supervisor/effects.h"
#include "agent/supervisor/policy_trial.h"
#include "agent/supervisor/status.h"
#include "src/hostpolicy/read_policy.h"

#include <functional>
#include <memory>
#include <mutex>

namespace vmwarden::supervisor {

struct PolicySnapshot {
    enum class Origin { files, last_good, restrictive };
    Origin origin = Origin::restrictive; // of what holds without a trial
    HostPolicy policy;                   // in force
    std::vector<PolicyFile> files;       // it was read from; none of the restrictive one
    std::vector<PolicyFile> on_disk;     // what diagnostics point into
    Diagnostics diagnostics;             // of the directories and files on disk
    std::string trial;                   // name of the file on trial, which is among `files`
    TrialTerm trial_term;

    // Nothing is started: there is no policy but the most restrictive.
    [[nodiscard]] bool nothing_starts() const {
        return origin == Origin::restrictive && trial.empty();
    }
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
    // What is in force, whatever the files say by now. Any worker thread.
    PolicyPointer current();

    // What the files on disk and the candidate make together, or everything that is wrong with
    // that. Changes nothing.
    Outcome<PolicyPointer> judge(const PolicyCandidate& candidate);
    // policy_trial.cpp. Puts a candidate on trial; one of the same name takes the other's place.
    Outcome<Done> begin_trial(const PolicyCandidate& candidate, TrialTerm term);
    // Writes the file on trial to disk and gives its path. On failure the trial goes on, unless it
    // does not check any more.
    Outcome<std::string> confirm_trial();
    Outcome<Done> revert_trial();
    // The time of the trial with this term is over; nothing if that trial is over already.
    void expire_trial(const TrialTerm& term);

  private:
    struct Good {
        HostPolicy policy;
        std::vector<PolicyFile> files;
    };
    struct Trial {
        PolicyCandidate candidate;
        TrialTerm term;
        std::string replaces; // the text of that file as the trial began; empty: there was none
    };
    Effects& effects_;
    Changed changed_;
    std::mutex mutex_; // of everything below
    host::PolicyTree tree_;
    PolicyPointer current_;
    std::optional<Good> last_good_;
    bool kept_ = true; // last_good_ is on disk
    std::optional<Trial> trial_;

    void load_last_good();
    host::PolicyTree settled(host::PolicyTree tree);
    PolicyPointer judge(const host::PolicyTree& tree);
    void keep();
    PolicyPointer refresh_locked();
    void put_in_force(host::PolicyTree tree);
    void lay_trial_over(PolicySnapshot& fresh);
    Outcome<PolicyPointer> judge_locked(const PolicyCandidate& candidate);
    void end_trial(const std::string& why);
};

} // namespace vmwarden::supervisor
