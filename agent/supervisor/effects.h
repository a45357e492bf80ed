// SPDX-License-Identifier: LGPL-2.1-or-later
// Everything the supervisor does to or asks of the host, in one narrow seam, so that tests can play
// the host. All of it blocks, is called on worker threads, and may be called at once from several.
#pragma once

#include "agent/executor/executor.h"
#include "agent/executor/file_claims.h"
#include "agent/executor/own_directories.h"
#include "agent/host/last_good_policy.h"
#include "agent/host/policy_file.h"
#include "agent/host/policy_tree.h"
#include "src/capabilities/host_capabilities.h"
#include "src/hostfacts/host_facts.h"
#include "src/resolve/resolve.h"
#include "src/verify/kernel_view.h"

#include <memory>
#include <string>
#include <vector>

namespace vmwarden::supervisor {

struct CapabilitiesSeen {
    HostCapabilities capabilities;
    std::string problem;          // why there are none; empty otherwise
    std::vector<std::string> log; // emulators left out and why, a line each
};

class Effects {
  public:
    virtual ~Effects() = default;

    virtual host::PolicyTree policy_tree() = 0;
    // As read_last_good() and keep_last_good() of agent/host/last_good_policy.h.
    virtual host::LastGoodPolicy last_good_policy() = 0;
    virtual void keep_last_good_policy(const std::vector<PolicyFile>& files) = 0;
    // A file of /etc/vmwarden/policy.d by its name, as EditablePolicyFile's read() and replace();
    // read gives none and replace false with the reason added when that cannot be done.
    virtual std::optional<std::string> read_own_policy(const std::string& name,
                                                       Diagnostics& diagnostics) = 0;
    virtual bool replace_own_policy(const std::string& name,
                                    const host::EditablePolicyFile::Edit& edit,
                                    Diagnostics& diagnostics) = 0;
    virtual HostFacts probe(const FactsRequest& request) = 0;
    // As GuestIdGiver::give() of agent/executor/guest_ids.h.
    virtual std::uint32_t give_guest_id(const std::string& guest, IdRange range) = 0;
    // As the functions of their names in agent/executor/executor.h.
    virtual std::vector<executor::Survivor> survey() = 0;
    virtual executor::RunningGuest launch(const LaunchPlan& plan) = 0;
    virtual void make_new_file(const plan::NewFile& file) = 0;
    // As agent/executor/guest_directory.h.
    virtual void remove_guest_directory(const std::string& path) = 0;
    // As the functions of their names in agent/executor/taken_devices.h.
    virtual void take_devices(const LaunchPlan& plan) = 0;
    virtual void give_back_devices(const std::string& guest, std::vector<std::string>& log) = 0;
    virtual bool remove_nvram(const std::string& path) = 0;
    virtual executor::ExitRecord take_back(const std::string& guest,
                                           std::vector<std::string>& log) = 0;
    virtual void kill_scope(const std::string& guest) = 0;
    virtual bool set_limits(const executor::RunningGuest& guest, const LaunchPlan& changed) = 0;
    // As agent/executor/sole_claims.h.
    virtual std::vector<executor::FileClaim> sole_claims(const std::string& guest) = 0;
    virtual KernelView kernel_view(const executor::RunningGuest& guest) = 0;
    // As give_own_directories() of agent/executor/own_directories.h, for the account that a policy
    // names; one that does not exist changes nothing and is a line of the log.
    virtual executor::OwnershipPass own_directories(const Account& user, const Account& group,
                                                    std::set<FileId> in_use) = 0;
    // What can run here under a policy. Starts emulators that have not been asked yet: takes
    // more than a minute where they do not answer.
    virtual CapabilitiesSeen capabilities(const HostPolicy& policy) = 0;
    // Names for people; "+ID" where there is none.
    virtual std::string user_name(Uid uid) = 0;
    virtual std::string group_name(Gid gid) = 0;
};

// The real ones. Policy is read below `root`, "/" for the host.
std::unique_ptr<Effects> host_effects(std::string root);

} // namespace vmwarden::supervisor
